"""The files of a datalake from the command line: uploaded, found, tagged, deleted."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from safelight.client import uploads
from safelight.client.uploads import sources
from safelight.errors import Invalid
from tests.cli.conftest import Shell, png


def states(done: object) -> dict[str, str]:
    assert isinstance(done, dict)
    return {one["filename"]: one["state"] for one in done["files"]}


def test_a_folder_is_uploaded_once_and_goes_on_where_it_was(
    shell: Shell, tmp_path: Path, fruit: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "deep").mkdir()
    (tmp_path / "in" / "up_1.png").write_bytes(png(shade=11))
    (tmp_path / "in" / "deep" / "up_2.png").write_bytes(png(shade=12))
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    folder = str(tmp_path / "in")
    first = shell.json("data", "upload", folder, "--tag", "cli night", "--dataset", fruit)
    assert states(first) == {"up_1.png": "sent", "up_2.png": "sent"}
    assert first["job"]["name"] == f"Add 2 pictures to {fruit}"
    (tmp_path / "in" / "up_3.png").write_bytes(png(shade=13))
    (tmp_path / "in" / "up_4.png").write_bytes(png(shade=11))
    (tmp_path / "in" / "empty.png").write_bytes(b"")
    (tmp_path / "in" / "torn.png").write_bytes(b"torn")
    again = shell.json("data", "upload", folder, code=4)
    assert states(again) == {
        "up_1.png": "there",
        "up_2.png": "there",
        "up_3.png": "sent",
        "up_4.png": "duplicate",
        "empty.png": "refused",
        "torn.png": "refused",
    }
    refused = {one["filename"]: one["error"] for one in again["files"] if one["error"]}
    assert refused == {"empty.png": "It is empty.", "torn.png": "This is not a picture."}
    for name in ("empty.png", "torn.png"):
        (tmp_path / "in" / name).unlink()
    assert states(shell.json("data", "upload", folder, "--add-duplicates"))["up_4.png"] == "sent"
    listed = shell.json("data", "list", 'tag:"cli night"')
    # Several are sent at once, so either may have come first.
    assert sorted(one["filename"] for one in listed) == ["up_1.png", "up_2.png"]
    assert "up_3.png" in shell("data", "list", "up_3")
    assert shell("data", "tag", "up_3", "--add", "late").strip() == "1 file"
    shell("data", "tag", "--add", "late", code=4)
    assert shell("data", "delete", "tag:late").strip() == "1 file deleted"
    assert shell.json("data", "list", "up_3") == []
    shell("data", "delete", code=4)


def test_pictures_are_uploaded_into_a_version_that_is_made_for_them(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "new.png").write_bytes(png(shade=77))
    done = shell.json("data", "upload", str(tmp_path), "--dataset", "brand/new")
    assert done["job"]["name"] == "Add 1 picture to brand/new"
    shell("data", "upload", str(tmp_path), "--dataset", "brand", code=4)


def test_an_archive_is_uploaded_and_its_tricks_lead_nowhere(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../zip_up.png", png(shade=21))
        archive.writestr("/etc/zip_root.png", png(shade=22))
        archive.writestr("a/notes.txt", "no picture")
    done = shell.json("data", "upload", str(path))
    assert states(done) == {"zip_up.png": "sent", "zip_root.png": "sent"}


def test_an_archive_that_is_a_bomb_or_torn_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGE", 1000)
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.png", bytes(1_000_000))
        archive.writestr("fine.png", png())
    bomb, fine = sources([path])
    assert "zip bomb" in bomb.problem
    assert fine.problem == ""
    assert fine.open().read() == png()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(Invalid, match="cannot be read as a zip archive"):
        list(sources([path]))
    with pytest.raises(Invalid, match="There is no file or folder"):
        list(sources([tmp_path / "nowhere"]))
