"""What an import did not take: offered as a file, and imported again when it is mended."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import update

from safelight.actions import objects, settle
from safelight.actions.undo import launch_undo_of_run
from safelight.domain.jobs import Exit
from safelight.errors import Conflict
from safelight.store import jobs, runs, schema
from safelight.store.runs import Run
from tests.factories import add_house
from tests.internals.importing import Workshop, coco

GOOD = ("apple", "r", [1, 2, 3, 4])
BROKEN = coco(
    {}, {"bbox": [1, 2, -3, 4]}, {"image_id": 77}, {"bbox": "no"}, {"image_id": 2}, images=3
)
MENDED = coco(
    {"bbox": [9, 9, 9, 9]},
    {"bbox": [1, 2, 3, 5]},
    {"image_id": 3},
    {"bbox": [1]},
    {"image_id": 2},
    images=3,
)


def ended(shop: Workshop, run: Run) -> Run:
    """The same run after its process has ended well."""
    shop.run(run)
    return settle.settle(shop.db, run.run_id, Exit(exit_code=0))


def lines_of(shop: Workshop, run: Run) -> list[dict[str, Any]]:
    assert run.rejects is not None
    content = shop.context.blobs.read(run.rejects["object_name"])
    assert run.rejects["size"] == len(content)
    return [json.loads(line) for line in content.splitlines()]


def test_bad_records_that_were_left_out_are_offered_as_a_file(shop: Workshop) -> None:
    run = ended(shop, shop.launch(BROKEN, skip_bad=True))
    assert run.rejects is not None
    assert run.rejects["total"] == 3
    found = {line["where"]: line for line in lines_of(shop, run)}
    assert sorted(found) == ["annotation 2", "annotation 3", "annotation 4"]
    text = json.dumps(BROKEN)
    bad = found["annotation 2"]
    assert text[bad["offset"] :].startswith('{"id": 2,')
    assert json.loads(bad["record"])["bbox"] == [1, 2, -3, 4]
    assert "negative size" in bad["reason"]


def test_an_import_that_failed_offers_them_too(shop: Workshop) -> None:
    run = shop.launch(BROKEN)
    code, _ = shop.operate(run)
    assert code == 1
    with shop.db.read() as read:
        run = runs.get(read, run.run_id)
    assert run.result is None
    assert len(lines_of(shop, run)) == 3


def test_an_import_without_bad_records_offers_none(sqlite_shop: Workshop) -> None:
    assert sqlite_shop.run(sqlite_shop.launch(coco({}))).rejects is None


def test_only_the_rejected_ones_are_imported_again_from_the_mended_file(shop: Workshop) -> None:
    first = ended(shop, shop.launch(BROKEN, skip_bad=True))
    again = shop.launch(MENDED, skip_bad=True, rejected_of=first.job_id)
    again = ended(shop, again)
    assert shop.said() == {
        "1.jpg": [
            GOOD,
            ("apple", "r", [1, 2, 3, 5]),
        ],  # the other one that was changed is not taken
        "2.jpg": [GOOD],
        "3.jpg": [GOOD],
    }
    assert [line["where"] for line in lines_of(shop, again)] == ["annotation 4"]
    assert again.inputs["rejected_of"]["run_id"] == str(first.run_id)
    with shop.db.read() as read:
        told = runs.get(read, first.run_id).rejects
        name = jobs.get(read, shop.house.organization_id, again.job_id).name
    assert told is not None
    assert told["again"] == [str(again.job_id)]
    assert name == "Import rejects again, f.json"


def test_what_is_still_bad_can_be_mended_once_more(sqlite_shop: Workshop) -> None:
    shop = sqlite_shop
    first = ended(shop, shop.launch(BROKEN, skip_bad=True))
    second = ended(shop, shop.launch(MENDED, skip_bad=True, rejected_of=first.job_id))
    whole = coco({}, {}, {}, {"bbox": [4, 4, 4, 4]}, {}, images=3)
    third = ended(shop, shop.launch(whole, skip_bad=True, rejected_of=second.job_id))
    assert third.rejects is None
    assert shop.said()["1.jpg"][-1] == ("apple", "r", [4, 4, 4, 4])
    assert len(shop.said()["1.jpg"]) == 3


def test_rejects_are_imported_once_unless_that_was_undone(sqlite_shop: Workshop) -> None:
    shop = sqlite_shop
    first = ended(shop, shop.launch(BROKEN, skip_bad=True))
    again = {"skip_bad": True, "rejected_of": first.job_id}
    failing = shop.launch(b"{}", **again)
    settle.settle(shop.db, failing.run_id, Exit(exit_code=1))
    second = shop.launch(MENDED, **again)
    with pytest.raises(Conflict, match="wait for its end"):
        shop.launch(MENDED, **again)
    ended(shop, second)
    with pytest.raises(Conflict, match="undo that first, or import what it rejected"):
        shop.launch(MENDED, **again)
    ended(shop, launch_undo_of_run(shop.context, shop.actor, second.run_id)[1])
    ended(shop, shop.launch(MENDED, **again))
    assert len(shop.said()["1.jpg"]) == 2


def test_pictures_and_labels_that_were_rejected_come_with_their_shapes(shop: Workshop) -> None:
    shop.add_pictures("1.jpg")
    strict = {"skip_bad": True, "placeholders": False}
    first = ended(shop, shop.launch(coco({}, {"image_id": 2}), **strict))
    assert shop.said() == {"1.jpg": [GOOD]}
    shop.add_pictures("2.jpg", to_version=False)
    ended(shop, shop.launch(coco({}, {"image_id": 2}), **strict, rejected_of=first.job_id))
    assert shop.said() == {"1.jpg": [GOOD], "2.jpg": [GOOD]}


def test_rejects_of_another_organization_are_those_of_nobody(sqlite_shop: Workshop) -> None:
    shop = sqlite_shop
    first = ended(shop, shop.launch(BROKEN, skip_bad=True))
    again = shop.launch(MENDED, skip_bad=True, rejected_of=first.job_id)
    other = add_house(shop.db, "elsewhere")
    with shop.db.transaction() as tx:
        name = objects.issue_name(tx, other.organization_id, "EXPORT", "rejects.jsonl")
        inputs = {
            **again.inputs,
            "rejected_of": {**again.inputs["rejected_of"], "object_name": name},
        }
        tx.execute(
            update(schema.run).where(schema.run.c.run_id == again.run_id).values(inputs=inputs)
        )
    _, failure = shop.operate(again)
    assert failure is not None
    assert failure["message"] == "There is no such object."


def test_a_job_that_rejected_or_imported_nothing_has_nothing_to_import_again(
    sqlite_shop: Workshop,
) -> None:
    shop = sqlite_shop
    good = ended(shop, shop.launch(coco({})))
    with pytest.raises(Conflict, match="rejected nothing"):
        shop.launch(coco({}), rejected_of=good.job_id)
    failed = shop.launch(BROKEN)
    shop.operate(failed)
    settle.settle(shop.db, failed.run_id, Exit(exit_code=1))
    with pytest.raises(Conflict, match="import the whole file"):
        shop.launch(coco({}), rejected_of=failed.job_id)
