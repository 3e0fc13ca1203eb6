"""The law of a format: what can be said in COCO comes back from an export as it went in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from safelight.actions.export import export_at_once
from safelight.domain.annotations import Annotation, Document, Shape, ShapeKind, draft
from safelight.domain.geometry import rings
from safelight.domain.operations import Export, FileNames
from safelight.ids import uuid7
from safelight.store import assets, datasets, labels, versions
from safelight.store.changes import Author
from safelight.store.db import Database, sqlite_url
from safelight.store.migrations import upgrade
from safelight.store.packed import packed
from tests.internals.importing import Workshop, changes_of, coco, open_workshop

numbers = st.integers(0, 640) | st.floats(0, 640).map(lambda value: round(value, 3))
points = st.tuples(numbers, numbers).map(list)
outlines = st.lists(points, min_size=3, max_size=5)
sizes = st.integers(1, 200) | st.floats(0.5, 200).map(lambda value: round(value, 2))
geometries: dict[ShapeKind, st.SearchStrategy[Any]] = {
    ShapeKind.RECTANGLE: st.tuples(numbers, numbers, sizes, sizes).map(list),
    ShapeKind.POLYGON: outlines
    | st.lists(outlines, min_size=1, max_size=3)
    | st.lists(outlines.map(lambda ring: [n for point in ring for n in point]), min_size=1),
    ShapeKind.CLASSIFICATION: st.none(),
    ShapeKind.MASK: st.lists(st.integers(1, 20), min_size=2, max_size=6).map(
        lambda counts: {"counts": counts, "size": [10, 20]}
    ),
    ShapeKind.KEYPOINTS: st.lists(
        st.tuples(numbers, numbers, st.integers(0, 2)).map(list), min_size=1, max_size=4
    ),
}
drafts = st.sampled_from(sorted(geometries)).flatmap(
    lambda kind: st.builds(
        draft,
        st.just(kind),
        st.sampled_from([0, 1, 2]),
        geometries[kind],
        text=st.none() | st.text(max_size=5),
        attributes=st.dictionaries(st.text(max_size=3), st.integers() | st.text(), max_size=2),
    )
)
contents = st.lists(st.lists(drafts, max_size=4), min_size=1, max_size=4)


def comparable(shape: Shape, label: str) -> tuple[Any, ...]:
    """What a shape says; the three ways to write a polygon say the same."""
    said = shape.coordinates
    if shape.kind is ShapeKind.POLYGON:
        said = rings(said)
    return label, shape.kind, json.dumps(said), shape.text, shape.attributes


def everything(shop: Workshop, version: Any) -> dict[str, list[tuple[Any, ...]] | None]:
    names = {key: name for name, key in shop.labels(version).items()}
    return {
        filename: [comparable(shape, names[shape.label_key]) for shape in document.last.shapes]
        if document.last
        else None
        for filename, document in shop.documents(version).items()
    }


def new_version(shop: Workshop) -> Any:
    with shop.db.transaction() as tx:
        author = Author(shop.house.member)
        name = str(uuid7())
        dataset = datasets.add(tx, shop.house.organization_id, name, by=author)
        return versions.add(
            tx, shop.house.organization_id, dataset.dataset_id, "v1", by=author
        ).version_id


def fill(shop: Workshop, version_id: Any, pictures: list[list[Shape]]) -> None:
    """Say these shapes of the pictures of a version that has as many, by hand."""
    names = ["apple", "pear", "plum"]
    shop.run(shop.launch(coco(images=len(pictures)), version_id=version_id))
    with shop.db.transaction() as tx:
        version = versions.open_to_write(tx, shop.house.organization_id, version_id, alone=True)
        keys = labels.ensure(tx, version, names, Author(shop.house.member))
        version = versions.get(tx, shop.house.organization_id, version_id)
        edits = []
        by_name = assets.keys_by_filename(tx, version.version_key)
        for number, shapes in enumerate(pictures, start=1):
            if not shapes:
                continue
            asset = assets.hold(tx, version, [by_name[f"{number}.jpg"]])[by_name[f"{number}.jpg"]]
            said = tuple(_with_label(shape, keys[names[shape.label_key]]) for shape in shapes)
            document = Document((Annotation(1, 0, shapes=said),))
            edits.append(assets.Edit(asset, document, asset.numbers))
        assets.write(tx, changes_of(tx, version, shop.house.member), version, edits)


def _with_label(shape: Shape, key: int) -> Shape:
    return replace(shape, label_key=key)


def export(shop: Workshop, version_id: Any, **options: Any) -> bytes:
    house, asked = shop.house.organization_id, Export(**options)
    return shop.context.blobs.read(export_at_once(shop.context, house, version_id, asked))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """One SQLite house for all examples of the law."""
    folder: Path = tmp_path_factory.mktemp("law")
    db = Database(sqlite_url(folder / "safelight.db"))
    upgrade(db)
    return open_workshop(db, folder)


@given(pictures=contents)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_importing_an_export_gives_the_same_version(
    house: Workshop, pictures: list[list[Shape]]
) -> None:
    source, copy = new_version(house), new_version(house)
    fill(house, source, pictures)
    text = export(house, source)
    house.run(house.launch(text, version_id=copy))
    assert everything(house, copy) == everything(house, source)
    assert list(house.labels(copy)) == list(house.labels(source))
    said_again = json.loads(export(house, copy))
    said = json.loads(text)
    assert [said_again[key] for key in ("images", "annotations", "categories")] == [
        said[key] for key in ("images", "annotations", "categories")
    ]


def test_a_file_goes_through_with_every_digit(shop: Workshop) -> None:
    text = json.dumps(coco({"segmentation": ["RING"], "bbox": "BOX", "area": "AREA"}, images=1))
    ring, box, area = (
        "[1.50,2,3.1415926535897932384,4,5,6e1]",
        "[1.0,2.10,3,4]",
        "702.1057499999999800",
    )
    text = text.replace('["RING"]', f"[{ring}]").replace('"BOX"', box).replace('"AREA"', area)
    shop.run(shop.launch(text.encode()))
    found = export(shop, shop.version_id).decode()
    assert f'"bbox":{box},"segmentation":[{ring}],"area":{area},"iscrowd":0' in found


@pytest.mark.parametrize("key", list(FileNames))
def test_the_key_says_what_stands_in_file_name(shop: Workshop, key: FileNames) -> None:
    shop.run(shop.launch(coco(images=1)))
    with shop.db.read() as read:
        [asset] = assets.every(read, shop.version.version_key)
        expected = {
            FileNames.FILENAME: "1.jpg",
            FileNames.ASSET_ID: f"{packed(read).asset(asset.asset_key)}.jpg",
            FileNames.DATA_ID: f"{asset.data.data_id}.jpg",
            FileNames.OBJECT_NAME: "1.jpg",  # a placeholder has no object
        }
    content = json.loads(export(shop, shop.version_id, file_names=key))
    assert content["images"][0]["file_name"] == expected[key]
