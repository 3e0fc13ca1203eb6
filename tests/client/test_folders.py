"""What goes into the archive of a processing's or training's folder."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from safelight.client import folders
from safelight.client.folders import pack
from safelight.errors import Invalid, TooLarge


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def names(folder: Path) -> list[str]:
    return zipfile.ZipFile(BytesIO(pack(folder))).namelist()


def test_environments_caches_and_the_repository_stay_at_home(tmp_path: Path) -> None:
    fill(tmp_path, "main.py", ".venv/bin/python", ".git/HEAD", "a/__pycache__/b.pyc", "a/b.py")
    assert names(tmp_path) == ["a/b.py", "main.py"]


@pytest.mark.parametrize(
    ("line", "left_out"),
    [
        ("*.log", {"x.log", "a/y.log"}),
        ("/x.log", {"x.log"}),
        ("a/", {"a/y.log", "a/b/z.txt"}),
        ("a/**/z.txt", {"a/b/z.txt"}),
        ("*.log\n!x.log", {"a/y.log"}),
        ("# a comment\n\n", set()),
        ("[xy].log", {"x.log", "a/y.log"}),
    ],
)
def test_gitignore_is_honoured(tmp_path: Path, line: str, left_out: set[str]) -> None:
    every = {"main.py", "x.log", "a/y.log", "a/b/z.txt", ".gitignore"}
    fill(tmp_path, *every)
    (tmp_path / ".gitignore").write_text(line)
    assert set(names(tmp_path)) == every - left_out


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    one = fill(tmp_path / "one", "b.py", "a.py")
    two = fill(tmp_path / "two", "a.py", "b.py")
    assert pack(one) == pack(two)


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    folder = fill(tmp_path / "p", "main.py")
    fill(tmp_path, "secret.txt")
    (folder / "data.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(Invalid, match=r"data\.txt is a link that leaves the folder"):
        pack(folder)


def test_a_link_to_a_folder_outside_is_refused(tmp_path: Path) -> None:
    folder = fill(tmp_path / "p", "main.py")
    (folder / "all").symlink_to(tmp_path)
    with pytest.raises(Invalid, match="all is a link"):
        pack(folder)


def test_a_folder_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "LIMIT", 3)
    with pytest.raises(TooLarge):
        pack(fill(tmp_path, "main.py"))


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is no folder"):
        pack(tmp_path / "nothing")
