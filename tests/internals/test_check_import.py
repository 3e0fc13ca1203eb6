"""What a check says of an import, and that the import then does just that; the check changes nothing."""

from __future__ import annotations

import json
from typing import Any

from safelight.actions.import_annotations import Options, keep_file, launch_check
from safelight.store import labels, schema, versions
from safelight.store.changes import Author
from tests.formats.trees import packed
from tests.internals.importing import Workshop, coco
from tests.internals.test_import_formats import YOLO


def check(shop: Workshop, content: Any, **options: Any) -> dict[str, Any]:
    """The report of a check; nothing may have changed."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    filename = options.pop("filename", "f.json")
    name = keep_file(shop.context, shop.actor, filename, [text])
    chosen = Options.read({"format": "auto", **options})
    _, run = launch_check(shop.context, shop.actor, shop.version_id, name, filename, chosen)
    before = shop.snapshot()
    result = shop.run(run).result
    assert shop.snapshot() == before
    assert shop.count(schema.checkpoint) == 0
    assert result is not None
    return dict(result["check"])


FILE = coco(
    {},
    {"category_id": 2, "bbox": [630, 1, 20, 20]},
    {"image_id": 2, "segmentation": [[1, 1, 9, 1, 9, 9]], "bbox": [1, 1, 8, 8]},
    {"image_id": 3},
    {"bbox": [1, 2, -3, 4]},
    images=4,
)


def know(shop: Workshop, *names: str) -> None:
    with shop.db.transaction() as tx:
        version = versions.open_to_write(
            tx, shop.house.organization_id, shop.version_id, alone=True
        )
        labels.ensure(tx, version, names, Author(shop.house.member))


def test_it_says_what_the_import_would_do(shop: Workshop) -> None:
    know(shop, "apple")
    shop.add_pictures("1.jpg")
    shop.add_pictures("2.jpg", to_version=False)
    assert check(shop, FILE, mode="keep") == {
        "format": "coco",
        "pictures": {
            "total": 4,
            "in_version": 1,
            "in_datalake": 1,
            "unknown": 2,
            "unknown_first": ["3.jpg", "4.jpg"],
            "unknown_with_file": 0,
        },
        "labels": {
            "known_total": 1,
            "missing_total": 1,
            "known": [{"name": "apple", "shapes": 3}],
            "missing": [{"name": "pear", "shapes": 1}],
            "create": True,
        },
        "shapes": {"total": 4, "by_kind": {"rectangle": 3, "polygon": 1}},
        "outside": {
            "total": 1,
            "first": ["1.jpg: box [630, 1, 20, 20] in a picture of 640 x 480"],
        },
        "bad": {
            "total": 1,
            "first": [
                {
                    "where": "annotation 5",
                    "reason": "bbox [1, 2, -3, 4] has a negative size",
                    "offset": _offset(5),
                    "file": None,
                    "line": None,
                    "record": _record(5),
                }
            ],
        },
        "effect": {"mode": "keep", "annotated": 0, "shapes_there": 0},
    }


def _record(number: int) -> str:
    return json.dumps(FILE["annotations"][number - 1])


def _offset(number: int) -> int:
    return json.dumps(FILE).index(_record(number))


def test_what_is_there_already_is_counted(shop: Workshop) -> None:
    shop.run(shop.launch(coco({}, {}, {"image_id": 2}, images=3)))
    said = check(shop, coco({}, images=3), mode="replace")
    assert said["effect"] == {"mode": "replace", "annotated": 2, "shapes_there": 3}
    assert said["pictures"]["in_version"] == 3


def test_strict_wishes_show_as_bad_records(shop: Workshop) -> None:
    shop.add_pictures("1.jpg")
    said = check(shop, coco({}, images=2), create_labels=False, placeholders=False)
    assert said["bad"]["total"] == 3
    assert [one["where"] for one in said["bad"]["first"]] == [
        "image 2",
        "category 1",
        "category 2",
    ]
    assert said["pictures"]["total"] == 2
    assert said["labels"]["create"] is False


def test_it_knows_every_format(sqlite_shop: Workshop) -> None:
    sqlite_shop.add_sized("a.jpg", 100, 80)
    said = check(sqlite_shop, packed(YOLO), filename="a.zip")
    assert said["format"] == "yolo"
    assert said["shapes"] == {"total": 1, "by_kind": {"rectangle": 1}}


def test_a_locked_version_can_be_checked(sqlite_shop: Workshop) -> None:
    with sqlite_shop.db.transaction() as tx:
        house = sqlite_shop.house
        versions.lock(tx, house.organization_id, sqlite_shop.version_id, house.owner)
    assert check(sqlite_shop, coco({}))["shapes"]["total"] == 1
