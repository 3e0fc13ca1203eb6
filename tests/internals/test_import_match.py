"""What a file calls its pictures by, and that an ambiguous name is a bad record."""

from __future__ import annotations

from typing import Any

import pytest

from safelight.actions import objects
from safelight.actions.data import KIND
from safelight.internals import import_match
from safelight.store import assets, data, packed
from safelight.store import objects as stored
from safelight.store.data import NewData
from tests.internals.importing import Workshop, coco

SHAPE = ("apple", "r", [1, 2, 3, 4])


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that goes with another is found in another batch too."""
    monkeypatch.setattr(import_match, "AT_ONCE", 1)


def called(*names: str) -> dict[str, Any]:
    """A file with one shape for each picture of these names."""
    file = coco(*({"image_id": number} for number in range(1, len(names) + 1)), images=len(names))
    for image, name in zip(file["images"], names, strict=True):
        image["file_name"] = name
    return file


def add_stored(shop: Workshop, filename: str) -> data.Data:
    """A picture of the datalake that has an object name."""
    with shop.db.transaction() as tx:
        name = objects.issue_name(tx, shop.house.organization_id, KIND, filename)
        stored.finish(tx, name, size=1, content_type="image/jpeg")
        new = NewData(filename, 640, 480, object_name=name)
        return data.add(tx, shop.house.datalake_id, new, shop.house.member)


def asset_id(shop: Workshop, filename: str) -> str:
    with shop.db.read() as read:
        key = assets.keys_by_filename(read, shop.version.version_key)[filename]
        return str(packed.packed(read).asset(key))


def refused(shop: Workshop, file: dict[str, Any], **options: Any) -> str:
    """Why an import of this file fails."""
    before = shop.snapshot()
    _, failure = shop.operate(shop.launch(file, **options))
    assert failure is not None
    assert shop.snapshot() == before
    return str(failure["message"])


def test_a_picture_is_found_by_any_of_its_names(shop: Workshop) -> None:
    by_object, by_data = add_stored(shop, "a.jpg"), add_stored(shop, "b.jpg")
    shop.add_pictures("c.jpg", "d.jpg")
    names = [
        by_object.object_name or "",
        f"{by_data.data_id}.jpg",
        f"pictures/{asset_id(shop, 'c.jpg')}.jpg",
        "d.jpg",
    ]
    shop.run(shop.launch(called(*names), placeholders=False))
    assert shop.said() == {name: [SHAPE] for name in ("c.jpg", "d.jpg", "a.jpg", "b.jpg")}


@pytest.mark.parametrize("matching", ["filename", "object_name", "data_id", "asset_id"])
def test_a_chosen_way_is_the_only_one(shop: Workshop, matching: str) -> None:
    found = add_stored(shop, "a.jpg")
    shop.add_pictures("b.jpg")
    names = {
        "filename": "b.jpg",
        "object_name": found.object_name or "",
        "data_id": str(found.data_id),
        "asset_id": asset_id(shop, "b.jpg"),
    }
    options = {"matching": matching, "placeholders": False, "skip_bad": True}
    run = shop.run(shop.launch(called(*names.values()), **options))
    expected = "b.jpg" if matching in {"filename", "asset_id"} else "a.jpg"
    assert {name for name, shapes in shop.said().items() if shapes} == {expected}
    assert run.result is not None
    assert run.result["counts"]["skipped"] == 3


def test_ids_of_others_are_those_of_nobody(shop: Workshop) -> None:
    shop.add_pictures("a.jpg")
    foreign = asset_id(shop, "a.jpg")[:-1] + "0"
    message = refused(shop, called(f"{foreign}.jpg"), placeholders=False)
    assert "there is no picture" in message


def test_a_name_that_several_pictures_have_is_a_bad_record(shop: Workshop) -> None:
    shop.add_pictures("a.jpg", "a.jpg")
    assert refused(shop, called("a.jpg")) == (
        "Nothing was imported: image 1: 'a.jpg': 2 pictures of the version have this name."
    )
    shop.add_pictures("b.jpg", "b.jpg", "b.jpg", to_version=False)
    assert "3 pictures of the datalake have this name" in refused(shop, called("b.jpg"))


def test_the_version_comes_before_the_datalake(shop: Workshop) -> None:
    shop.add_pictures("a.jpg")
    shop.add_pictures("a.jpg", to_version=False)
    shop.run(shop.launch(called("a.jpg")))
    assert shop.said() == {"a.jpg": [SHAPE]}


def test_one_picture_under_two_names_is_a_bad_record(shop: Workshop) -> None:
    shop.add_pictures("a.jpg")
    message = refused(shop, called("a.jpg", asset_id(shop, "a.jpg")))
    assert "'a.jpg' in the file is the same picture" in message
