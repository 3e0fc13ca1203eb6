"""Pictures that lie beside the annotations become data of the datalake, each content once."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import select

from safelight.domain.datasets import DataStatus
from safelight.internals import import_pictures
from safelight.store import assets, objects, schema
from safelight.store.data import Data
from tests.formats.trees import packed
from tests.internals.importing import Workshop, coco
from tests.pictures import picture

SHAPE = ("apple", "r", [1, 2, 3, 4])


def archive(files: dict[str, bytes], *names: str, **options: Any) -> bytes:
    """A zip of a COCO file of these pictures, one shape each, and of picture files."""
    file = coco(*({"image_id": at} for at in range(1, len(names) + 1)), images=len(names))
    for image, name in zip(file["images"], names, strict=True):
        image["file_name"] = name
    return packed({"annotations.json": json.dumps(file), **files})


def imported(shop: Workshop, content: bytes, **options: Any) -> list[Data]:
    """The data of the version after an import of this zip."""
    shop.run(shop.launch(content, filename="a.zip", format="auto", **options))
    with shop.db.read() as read:
        return [asset.data for asset in assets.every(read, shop.version.version_key)]


def stored_objects(shop: Workshop) -> int:
    with shop.db.read() as read:
        rows = read.all(
            select(schema.stored_object.c.object_name).where(
                schema.stored_object.c.kind == "DATA",
                schema.stored_object.c.state == objects.STORED,
            )
        )
    return len(rows)


ONE, TWO = picture(32, 24), picture(40, 30, format="PNG")


def test_pictures_beside_the_annotations_are_stored(shop: Workshop) -> None:
    content = archive({"images/1.jpg": ONE, "images/2.png": TWO}, "1.jpg", "2.png", "3.jpg")
    first, second, third = imported(shop, content, placeholders=True)
    assert (first.filename, first.width, first.height) == ("1.jpg", 32, 24)
    assert (first.status, first.content_type, first.size) == (
        DataStatus.DONE,
        "image/jpeg",
        len(ONE),
    )
    assert first.sha256 == hashlib.sha256(ONE).digest()
    assert shop.context.blobs.read(first.object_name or "") == ONE
    assert shop.context.blobs.read(second.object_name or "") == TWO
    assert third.is_placeholder
    assert shop.said() == {name: [SHAPE] for name in ("1.jpg", "2.png", "3.jpg")}


def test_a_picture_that_the_datalake_has_is_not_stored_again(shop: Workshop) -> None:
    [first] = imported(shop, archive({"1.jpg": ONE}, "1.jpg"))
    found = imported(shop, archive({"again.jpg": ONE, "2.png": TWO}, "again.jpg", "2.png"))
    assert [one.filename for one in found] == ["1.jpg", "2.png"]
    assert found[0].data_id == first.data_id
    assert stored_objects(shop) == 2
    assert shop.said() == {"1.jpg": [SHAPE], "2.png": [SHAPE]}


def test_a_placeholder_gets_its_picture(shop: Workshop) -> None:
    shop.run(shop.launch(coco({}, images=1)))
    with shop.db.read() as read:
        [before] = assets.every(read, shop.version.version_key)
    assert before.data.is_placeholder
    [after] = imported(shop, archive({"1.jpg": ONE}, "1.jpg"))
    assert after.data_id == before.data.data_id
    assert (after.status, after.width) == (DataStatus.DONE, 32)
    assert shop.context.blobs.read(after.object_name or "") == ONE


def test_what_is_no_picture_and_a_second_of_the_same_content_are_bad_records(
    shop: Workshop,
) -> None:
    content = archive(
        {"1.jpg": ONE, "2.jpg": b"", "3.jpg": b"text", "4.jpg": ONE},
        *("1.jpg", "2.jpg", "3.jpg", "4.jpg"),
    )
    before = shop.snapshot()
    code, failure = shop.operate(shop.launch(content, filename="a.zip", format="auto"))
    assert code == 1
    assert failure is not None
    assert "the file 2.jpg: This file is empty" in failure["message"]
    assert shop.snapshot() == before
    assert stored_objects(shop) == 0
    run = shop.run(shop.launch(content, filename="a.zip", format="auto", skip_bad=True))
    assert run.rejects is not None
    assert run.rejects["total"] == 3
    assert shop.said() == {"1.jpg": [SHAPE]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(ONE[:-20], "is truncated"), (b"", "is empty"), (TWO[:-5], "is truncated")],
)
def test_a_picture_that_ends_too_early_is_a_bad_record_and_leaves_nothing(
    shop: Workshop, content: bytes, reason: str
) -> None:
    run = shop.launch(archive({"1.jpg": content}, "1.jpg"), filename="a.zip", format="auto")
    code, failure = shop.operate(run)
    assert code == 1
    assert reason in json.dumps(failure)
    assert stored_objects(shop) == 0
    folder = shop.context.blobs.folder
    assert folder is not None
    assert not any(each.is_file() for each in (folder / ".incoming").rglob("*"))


@pytest.mark.parametrize("batch", [0, 1])
def test_an_import_that_is_stopped_while_it_stores_leaves_nothing(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    before = shop.snapshot()
    monkeypatch.setattr(import_pictures, "AT_ONCE", 1)
    keep, calls = import_pictures.PictureStore._keep, iter(range(9))

    def interrupted(store: Any, new: Any) -> None:
        if next(calls) == batch:
            raise SystemExit(143)
        keep(store, new)

    monkeypatch.setattr(import_pictures.PictureStore, "_keep", interrupted)
    content = archive({"1.jpg": ONE, "2.png": TWO}, "1.jpg", "2.png")
    with pytest.raises(SystemExit):
        shop.operate(shop.launch(content, filename="a.zip", format="auto"))
    assert shop.snapshot() == before
    assert stored_objects(shop) == 0
    folder = shop.context.settings.data / "objects"
    assert not [path for path in folder.rglob("*.jpg") if path.is_file()]


def test_pictures_that_were_stored_before_it_was_killed_are_not_stored_again(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_pictures, "AT_ONCE", 1)
    content = archive({"1.jpg": ONE, "2.png": TWO}, "1.jpg", "2.png")
    run = shop.launch(content, filename="a.zip", format="auto")
    with monkeypatch.context() as patch:
        # A process that is killed takes nothing back.
        patch.setattr("safelight.internals.checkpoints.take_back", lambda *_: None)
        patch.setattr("safelight.internals.import_annotations.Writer.write", _die)
        with pytest.raises(KeyboardInterrupt):
            shop.operate(run)
    assert stored_objects(shop) == 2
    shop.run(run)
    assert stored_objects(shop) == 2
    assert shop.said() == {"1.jpg": [SHAPE], "2.png": [SHAPE]}
    assert shop.count(schema.checkpoint) == 0


def _die(*_: Any) -> None:
    raise KeyboardInterrupt
