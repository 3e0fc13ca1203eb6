from __future__ import annotations

import json
from typing import Any

import pytest

from safelight.actions.import_annotations import launch_import, target_of
from safelight.actions.launch import Order, launch
from safelight.actions.rerun import rerun
from safelight.domain.annotations import Annotation, MergeMode, ShapeKind, draft, merge
from safelight.domain.jobs import SUCCEEDED, Ending, Exit, JobType
from safelight.errors import Invalid, Locked, NotFound
from safelight.internals import import_switch
from safelight.store import assets, documents, labels, runs, schema, versions
from safelight.store.changes import Author
from tests.internals.importing import Workshop, changes_of, coco

APPLE = ("apple", "r", [1, 2, 3, 4])
OTHER = {"bbox": [5, 6, 7, 8], "category_id": 2}
PEAR = ("pear", "r", [5, 6, 7, 8])


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is decided at the switch is decided batch by batch."""
    monkeypatch.setattr(import_switch, "AT_ONCE", 1)


def test_new_pictures_come_in_the_order_of_their_list_wherever_it_stands(shop: Workshop) -> None:
    file = coco(*({"image_id": number} for number in (3, 1, 2)), images=3)
    lists = {"annotations": file.pop("annotations"), **file}
    shop.run(shop.launch(lists))
    with shop.db.read() as read:
        keys = assets.keys_by_filename(read, shop.version.version_key)
    assert sorted(keys, key=keys.__getitem__) == [one["file_name"] for one in file["images"]]
    assert [len(shapes) for shapes in shop.said().values()] == [1, 1, 1]


def test_pictures_that_are_nowhere_become_placeholders_with_their_shapes(shop: Workshop) -> None:
    run = shop.run(shop.launch(coco({}, OTHER, {"image_id": 2})))
    assert shop.said() == {"1.jpg": [APPLE, PEAR], "2.jpg": [APPLE]}
    assert shop.version.asset_count == 2
    assert run.result is not None
    assert run.result["summary"] == "2 pictures · 3 shapes"
    assert run.result["outputs"][0]["id"] == str(shop.version_id)
    with shop.db.read() as read:
        found = [asset.data for asset in assets.every(read, shop.version.version_key)]
    assert [(one.is_placeholder, one.status, one.width, one.height) for one in found] == [
        (True, "PENDING", 640, 480)
    ] * 2


def test_pictures_are_found_in_the_version_and_then_in_the_datalake(shop: Workshop) -> None:
    [in_version] = shop.add_pictures("1.jpg")
    [in_datalake] = shop.add_pictures("2.jpg", to_version=False)
    shop.run(shop.launch(coco({}, images=2)))
    with shop.db.read() as read:
        keys = [one.data.data_key for one in assets.every(read, shop.version.version_key)]
    assert keys == [in_version, in_datalake]
    assert shop.count(schema.data) == 2


def test_labels_are_made_in_the_order_of_the_file_and_known_ones_are_used(shop: Workshop) -> None:
    with shop.db.transaction() as tx:
        version = versions.open_to_write(
            tx, shop.house.organization_id, shop.version_id, alone=True
        )
        labels.ensure(tx, version, ["pear"], Author(shop.house.member))
    before = shop.labels()
    shop.run(shop.launch(coco({}, OTHER)))
    assert list(shop.labels()) == ["pear", "apple"]
    assert shop.labels()["pear"] == before["pear"]
    assert shop.said()["1.jpg"] == [APPLE, PEAR]


@pytest.mark.parametrize(
    ("mode", "first", "second"),
    [
        ("REPLACE", [PEAR], []),
        ("KEEP", [APPLE], [PEAR]),
        ("CONCATENATE", [APPLE, PEAR], [PEAR]),
        ("replace", [PEAR], []),
    ],
)
def test_the_mode_says_what_becomes_of_what_was_said(
    shop: Workshop, mode: str, first: list[Any], second: list[Any]
) -> None:
    shop.run(shop.launch(coco({}, images=3)))
    shop.run(shop.launch(coco(OTHER, {**OTHER, "image_id": 2}, images=2), mode=mode))
    expected = {"1.jpg": first, "2.jpg": second or [PEAR], "3.jpg": []}
    assert shop.said() == expected


def test_replacing_with_nothing_said_takes_away_and_concatenating_leaves(shop: Workshop) -> None:
    shop.run(shop.launch(coco({}, images=1)))
    shop.run(shop.launch(coco(images=1), mode="CONCATENATE"))
    assert shop.said() == {"1.jpg": [APPLE]}
    run = shop.run(shop.launch(coco(images=1), mode="KEEP"))
    assert shop.said() == {"1.jpg": [APPLE]}
    assert run.result is not None
    assert run.result["summary"] == "1 picture · 0 shapes · 1 left as they were"
    shop.run(shop.launch(coco(images=1), mode="REPLACE"))
    assert shop.said() == {"1.jpg": []}


def test_numbers_of_annotations_and_shapes_are_never_given_twice(shop: Workshop) -> None:
    seen: set[int] = set()
    for mode in ("REPLACE", "REPLACE", "CONCATENATE", "REPLACE"):
        before = {shape.number for shape in _shapes(shop)}
        shop.run(shop.launch(coco({}, OTHER, images=1), mode=mode))
        numbers = {shape.number for shape in _shapes(shop)}
        new = numbers - before if mode == "CONCATENATE" else numbers
        assert not new & seen
        seen |= new
    assert seen == set(range(1, 9))


def _shapes(shop: Workshop) -> list[Any]:
    last = [one.last for one in shop.documents().values()]
    return [shape for annotation in last if annotation for shape in annotation.shapes]


def test_an_import_is_one_change_set_of_its_run(shop: Workshop) -> None:
    shop.run(shop.launch(coco({}, images=2)))
    run = shop.run(shop.launch(coco(OTHER, images=1)))
    with shop.db.read() as read:
        rows = read.all(
            schema.asset_change.select()
            .join(
                schema.change_set,
                schema.change_set.c.change_set_key == schema.asset_change.c.change_set_key,
            )
            .where(schema.change_set.c.run_id == run.run_id)
        )
    assert [(row.existed_before, row.exists_after) for row in rows] == [(True, True)]
    assert rows[0].document_before not in {None, rows[0].document_after}


# --- bad files ------------------------------------------------------------------------------------

TWO_BAD = coco({}, {"bbox": [1, 2, -3, 4]}, {"image_id": 77}, {"image_id": 2})


def _at(number: int) -> int:
    """The byte of an annotation in the file."""
    return json.dumps(TWO_BAD).index(f'{{"id": {number}, "image_id"')


NEGATIVE = f"annotation 2 at byte {_at(2)}: bbox [1, 2, -3, 4] has a negative size"
UNKNOWN = f"annotation 3 at byte {_at(3)}: image_id 77 is unknown"


def test_one_bad_record_and_nothing_is_imported(
    shop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    before = shop.snapshot()
    code, failure = shop.operate(shop.launch(TWO_BAD))
    assert code == 1
    assert failure is not None
    assert failure["kind"] == "invalid_input"
    assert failure["message"] == f"Nothing was imported: {NEGATIVE} (and 1 more bad record)."
    assert shop.snapshot() == before
    log = capsys.readouterr().out
    assert f"{NEGATIVE}\n" in log
    assert f"{UNKNOWN}\n" in log


def test_at_most_twenty_bad_records_are_named(
    sqlite_shop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [{"bbox": [1]} for _ in range(25)]
    sqlite_shop.operate(sqlite_shop.launch(coco(*bad)))
    log = capsys.readouterr().out
    assert log.count("bbox has 1 numbers, not 4") == 20
    assert "... and 5 more\n" in log


def test_bad_records_are_skipped_when_that_was_asked(
    shop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    run = shop.run(shop.launch(TWO_BAD, skip_bad=True))
    assert shop.said() == {"1.jpg": [APPLE], "2.jpg": [APPLE]}
    assert run.result is not None
    assert run.result["summary"] == "2 pictures · 2 shapes · 2 bad records skipped"
    assert f"{UNKNOWN}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"hello", "The file is not JSON at byte 0: expected {."),
        (json.dumps(TWO_BAD).encode()[:-9], "The file is truncated: it ends at byte"),
        (b'{"images": []}', "This is not a COCO file: it has no list 'annotations'."),
    ],
)
@pytest.mark.parametrize("skip_bad", [False, True])
def test_a_file_that_cannot_be_read_to_its_end_imports_nothing(
    sqlite_shop: Workshop, text: bytes, message: str, skip_bad: bool
) -> None:
    before = sqlite_shop.snapshot()
    code, failure = sqlite_shop.operate(sqlite_shop.launch(text, skip_bad=skip_bad))
    assert code == 1
    assert failure is not None
    assert failure["message"].startswith(message)
    assert sqlite_shop.snapshot() == before


def test_without_leave_to_make_labels_an_unknown_category_is_a_bad_record(shop: Workshop) -> None:
    before = shop.snapshot()
    _, failure = shop.operate(shop.launch(coco({}), create_labels=False))
    assert failure is not None
    assert "category 1: the version has no label 'apple' (and 1 more" in failure["message"]
    assert shop.snapshot() == before


def test_without_placeholders_an_unknown_picture_is_a_bad_record(shop: Workshop) -> None:
    shop.add_pictures("1.jpg")
    _, failure = shop.operate(shop.launch(coco({}), placeholders=False))
    assert failure is not None
    assert "image 2: there is no picture '2.jpg' in the version" in failure["message"]
    shop.run(shop.launch(coco({}), placeholders=False, skip_bad=True))
    assert shop.said() == {"1.jpg": [APPLE]}


# --- at launch ------------------------------------------------------------------------------------


def test_a_locked_version_refuses_at_launch_and_in_the_job(shop: Workshop) -> None:
    run = shop.launch(coco({}))
    with shop.db.transaction() as tx:
        versions.lock(tx, shop.house.organization_id, shop.version_id, shop.house.owner)
    before = shop.snapshot()
    _, failure = shop.operate(run)
    assert failure is not None
    assert failure["message"].startswith("Version fruits/v1 was locked by orchard-owner on ")
    assert shop.snapshot() == before
    with pytest.raises(Locked):
        shop.launch(coco({}))


def test_an_unknown_mode_or_object_is_refused_at_launch(sqlite_shop: Workshop) -> None:
    with pytest.raises(Invalid, match="The mode is one of replace"):
        sqlite_shop.launch(coco(), mode="ADD")
    with pytest.raises(NotFound):
        launch_import(
            sqlite_shop.context, sqlite_shop.actor, sqlite_shop.version_id, "no/such", "f.json"
        )


def test_a_job_from_when_it_took_coco_alone_runs_again(shop: Workshop) -> None:
    now = shop.launch(coco({}))
    parameters = {"mode": "REPLACE", "skip_bad": False, "create_labels": True, "placeholders": True}
    with shop.db.transaction() as tx:
        order = Order(
            organization_id=shop.house.organization_id,
            type=JobType.INTERNAL,
            operation="import_coco",
            name="Import annotations, f.json",
            target=target_of(versions.get(tx, shop.house.organization_id, shop.version_id)),
            source={"internal": "import_coco"},
            triggered_by=shop.house.member,
            parameters=parameters,
            inputs={"file": now.inputs["file"]},
        )
        job, run = launch(tx, order)
        runs.start(tx, run.run_id, alive_until=tx.now)
        runs.end(tx, run.run_id, Ending(SUCCEEDED), Exit(exit_code=0))
    shop.run(rerun(shop.db, job.job_id, shop.actor, {"mode": "KEEP"}))
    assert shop.said() == {"1.jpg": [APPLE], "2.jpg": []}


# --- what others do meanwhile ---------------------------------------------------------------------


def interfere(monkeypatch: pytest.MonkeyPatch, action: Any) -> None:
    """Do `action` once, after the documents are written and before the switch."""
    switch, todo = import_switch.switch, [action]

    def interrupted(*given: Any) -> None:
        if todo:
            todo.pop()()
        switch(*given)

    monkeypatch.setattr(import_switch, "switch", interrupted)


def annotate(shop: Workshop, filename: str) -> None:
    """Somebody says one more thing of a picture by hand."""
    with shop.db.transaction() as tx:
        version = versions.open_to_write(
            tx, shop.house.organization_id, shop.version_id, alone=True
        )
        keys = labels.ensure(tx, version, ["by hand"], Author(shop.house.member))
        version = versions.get(tx, shop.house.organization_id, shop.version_id)
        key = assets.keys_by_filename(tx, version.version_key)[filename]
        asset = assets.hold(tx, version, [key])[key]
        shape = draft(ShapeKind.RECTANGLE, keys["by hand"], [9, 9, 9, 9])
        said = merge(
            asset.document,
            Annotation(number=0, at=1, shapes=(shape,)),
            MergeMode.CONCATENATE,
            asset.numbers,
        )
        change_set = changes_of(tx, version, shop.house.member)
        assets.write(tx, change_set, version, [assets.Edit(asset, *said)])


BY_HAND = ("by hand", "r", [9, 9, 9, 9])


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("REPLACE", [PEAR]),
        ("KEEP", [BY_HAND]),
        ("CONCATENATE", [BY_HAND, PEAR]),
    ],
)
def test_an_asset_edited_while_an_import_runs_is_merged_again(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, mode: str, said: list[Any]
) -> None:
    shop.add_pictures("1.jpg", "2.jpg")
    interfere(monkeypatch, lambda: annotate(shop, "1.jpg"))
    shop.run(shop.launch(coco(OTHER, {**OTHER, "image_id": 2}), mode=mode))
    assert shop.said() == {"1.jpg": said, "2.jpg": [PEAR]}


def test_a_picture_added_and_annotated_meanwhile_is_merged(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add() -> None:
        shop.add_pictures("1.jpg")
        annotate(shop, "1.jpg")

    interfere(monkeypatch, add)
    shop.run(shop.launch(coco(OTHER, images=1), mode="CONCATENATE"))
    assert shop.said() == {"1.jpg": [BY_HAND, PEAR]}
    assert shop.count(schema.data) == 1


def test_an_asset_removed_meanwhile_comes_back(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add_pictures("1.jpg", "2.jpg")

    def remove() -> None:
        with shop.db.transaction() as tx:
            version = versions.open_to_write(
                tx, shop.house.organization_id, shop.version_id, alone=True
            )
            key = assets.keys_by_filename(tx, version.version_key)["1.jpg"]
            assets.remove(tx, changes_of(tx, version, shop.house.member), version, [key])

    interfere(monkeypatch, remove)
    shop.run(shop.launch(coco({}, {"image_id": 2})))
    assert shop.said() == {"2.jpg": [APPLE], "1.jpg": [APPLE]}
    assert shop.version.asset_count == 2


def test_a_label_made_meanwhile_is_used_and_the_documents_written_again(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, int] = {}

    def make() -> None:
        with shop.db.transaction() as tx:
            version = versions.open_to_write(
                tx, shop.house.organization_id, shop.version_id, alone=True
            )
            made.update(labels.ensure(tx, version, ["apple"], Author(shop.house.member)))

    interfere(monkeypatch, make)
    shop.run(shop.launch(coco({}, images=1)))
    assert shop.labels()["apple"] == made["apple"]
    assert shop.said() == {"1.jpg": [APPLE]}
    assert shop.count(schema.document) == 3  # two label lists, one annotation


def test_a_run_that_ended_meanwhile_changes_nothing(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shop.snapshot()
    run = shop.launch(coco({}))

    def end() -> None:
        with shop.db.transaction() as tx:
            runs.end(tx, run.run_id, Ending(SUCCEEDED), Exit(exit_code=0))

    interfere(monkeypatch, end)
    assert shop.operate(run) == (1, None)
    assert shop.snapshot() == before


@pytest.mark.parametrize("batch", [0, 1, 2])
def test_an_import_that_is_ended_while_it_writes_leaves_the_version_as_it_was(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    shop.run(shop.launch(coco({}, images=1)))
    before = shop.snapshot()
    monkeypatch.setattr("safelight.internals.import_documents.AT_ONCE", 1)
    add_many, calls = documents.add_many, iter(range(100))

    def interrupted(*given: Any) -> list[int]:
        if next(calls) == batch:
            raise SystemExit(143)
        return add_many(*given)

    monkeypatch.setattr("safelight.internals.import_documents.documents.add_many", interrupted)
    with pytest.raises(SystemExit):
        shop.operate(shop.launch(coco(OTHER, {"image_id": 2}, {"image_id": 3}, images=3)))
    assert shop.snapshot() == before


def test_a_full_disk_is_named_as_such(
    sqlite_shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safelight.formats.spill.Spill.write", full)
    _, failure = sqlite_shop.operate(sqlite_shop.launch(coco({})))
    assert failure is not None
    assert (failure["kind"], failure["message"]) == (
        "disk_full",
        "There is no space left on the disk.",
    )
