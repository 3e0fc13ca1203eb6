"""Taking packages in: what is refused, what is left out, one hash for one content."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

import safelight
from safelight.actions import packages
from safelight.actions.context import open_context
from safelight.actions.packages import Entry, hash_of, pack, read_folder, take, unpack
from safelight.blobs import Blobs
from safelight.config import Settings
from safelight.domain.packages import read_manifest
from safelight.errors import Invalid, TooLarge
from safelight.store.db import Database
from tests.factories import add_house

MANIFEST = b'name = "rotate"\ntarget = "DATASET_VERSION"\nentry = "main.py"\n'


def zipped(**members: bytes) -> bytes:
    return zipped_as({name.replace("__", "/"): content for name, content in members.items()})


def zipped_as(members: dict[str, bytes], mode: int = 0o644) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return packed.getvalue()


def test_the_same_content_has_the_same_hash_however_it_was_packed() -> None:
    entries = {"b.py": Entry(b"2"), "a.py": Entry(b"1", executable=True)}
    again = unpack(pack(entries))
    assert again == entries
    assert hash_of(again) == hash_of(entries)
    assert pack(again) == pack(entries)
    assert hash_of({"a.py": Entry(b"1"), "b.py": Entry(b"2")}) != hash_of(entries)


def test_a_folder_around_everything_is_taken_off() -> None:
    assert set(unpack(zipped(rotate__main=b"1", rotate__a__b=b"2"))) == {"main", "a/b"}


def test_environments_and_caches_are_left_out() -> None:
    entries = unpack(
        zipped_as({"main.py": b"1", ".venv/x": b"2", "a/__pycache__/y": b"3", ".git/HEAD": b"4"})
    )
    assert set(entries) == {"main.py"}


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "a\\..\\x"])
def test_a_file_outside_of_the_folder_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="outside of its folder"):
        unpack(zipped_as({"main.py": b"", name: b""}))


def test_a_link_is_refused() -> None:
    with pytest.raises(Invalid, match="a link or a device"):
        unpack(zipped_as({"main.py": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777))


def test_what_is_no_zip_is_refused() -> None:
    with pytest.raises(Invalid, match="not a zip"):
        unpack(b"not at all")


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "LIMIT", 1000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(2000))
    assert len(packed.getvalue()) < 1000
    with pytest.raises(TooLarge, match="unpacks to"):
        unpack(packed.getvalue())
    with pytest.raises(TooLarge, match="at most"):
        unpack(bytes(2000))


def test_a_package_is_kept_once_and_says_what_will_fail(db: Database, tmp_path: Path) -> None:
    house = add_house(db)
    context = open_context(Settings(data=tmp_path), db, Blobs(f"file://{tmp_path}/objects"))
    entries = unpack(zipped_as({"processing.toml": MANIFEST}))
    first = take(context, house.organization_id, entries, created_by=house.admin)
    again = take(context, house.organization_id, entries, created_by=house.owner)
    assert again.package == first.package
    assert unpack(context.blobs.read(first.package.object_name)) == entries
    assert first.package.manifest["entry"] == "main.py"
    assert first.warnings == ("main.py is not in the package, so it will fail when it runs.",)


def test_the_packages_that_ship_can_be_taken() -> None:
    home = Path(safelight.__file__).parent
    shipped = [
        each.parent
        for each in [*home.glob("processings/*/*.toml"), *home.glob("trainings/*/*.toml")]
        if each.name in ("processing.toml", "training.toml")
    ]
    assert shipped
    for folder in shipped:
        entries = read_folder(folder)
        contents = {name: entry.content for name, entry in entries.items()}
        assert read_manifest(contents.get).entry in entries
