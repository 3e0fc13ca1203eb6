"""The job that writes a version into a file, and what its log says of what the file does not."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from safelight.actions import export, export_stream
from safelight.actions.data import Arrival
from safelight.actions.export import export_at_once, settle
from safelight.domain.annotations import Annotation, AnnotationStatus, add_annotation
from safelight.domain.operations import Export, FileNames, Format, Pictures
from safelight.errors import Invalid, Unavailable
from safelight.formats import coco_write
from safelight.internals import operate
from safelight.internals.operation import Operation
from safelight.store import assets, schema, versions
from tests.internals.importing import Workshop, changes_of, coco
from tests.internals.operating import BOX, do, launch, put_tags, version
from tests.internals.test_fork import asset_ids
from tests.pictures import picture

APPLE, PEAR = ("apple", "rectangle", BOX), ("pear", "rectangle", BOX)
LINE = ("apple", "line", [[1, 2], [3, 4]])


def file_of(shop: Workshop, asked: Export) -> bytes:
    """The file that the job offers."""
    [download] = do(shop, asked)["downloads"]
    content = shop.context.blobs.read(download["object_name"])
    assert download["size"] == len(content)
    return content


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def add_picture(shop: Workshop, name: str, content: bytes) -> None:
    arrival = Arrival(shop.context, shop.actor, name)
    arrival.write(content)
    arrival.close()
    added = arrival.enter(shop.house.datalake_id)
    with shop.db.transaction() as tx:
        into = versions.open_to_write(tx, shop.house.organization_id, shop.version_id, alone=True)
        assets.add(tx, changes_of(tx, into, shop.house.member), into, [added.data_key])


def test_the_job_leaves_a_download_whose_name_says_version_and_format(shop: Workshop) -> None:
    version(shop, "v1", {"1.jpg": [APPLE], "2.jpg": []})
    result = do(shop, Export())
    assert [each["name"] for each in result["downloads"]] == ["fruits-v1-coco.json"]
    assert result["summary"] == "2 pictures · 1 shape"
    assert result["counts"] == {"pictures": 2, "shapes": 1, "left_out": 0}


@pytest.mark.parametrize("format", list(Format))
@pytest.mark.parametrize("with_pictures", [False, True])
def test_every_format_is_exported_with_the_pictures_and_without(
    shop: Workshop, format: Format, with_pictures: bool
) -> None:
    content = picture()
    add_picture(shop, "a.jpg", content)
    version(shop, "v1", {"a.jpg": [APPLE], "b.jpg": [PEAR]})
    written = file_of(shop, Export(format=format, with_pictures=with_pictures))
    if written[:2] == b"PK":
        packed = {name for name, each in members(written).items() if each == content}
        assert len(packed) == with_pictures
    else:
        assert not with_pictures


def test_what_is_packed_with_pictures_names_them_as_they_are_called_there(shop: Workshop) -> None:
    add_picture(shop, "a.jpg", picture())
    asked = Export(with_pictures=True, file_names=FileNames.DATA_ID)
    inside = members(file_of(shop, asked))
    [image] = json.loads(inside["annotations.json"])["images"]
    assert f"images/{image['file_name']}" in inside


def test_the_log_names_what_the_file_does_not_say(
    shop: Workshop, capfd: pytest.CaptureFixture[str]
) -> None:
    version(shop, "v1", {f"{at}.jpg": [LINE, LINE, APPLE] for at in range(5)})
    result = do(shop, Export(format=Format.YOLO, with_pictures=True))
    assert result["summary"] == "5 pictures · 5 shapes · 10 left out"
    log = capfd.readouterr().out.splitlines()
    named = "(0.jpg, 1.jpg, 2.jpg, ...)"
    assert f"left out: 10 x line: YOLO has no word for it {named}" in log
    assert f"not packed: 5 x {export.NO_FILE} {named}" in log


def test_only_the_last_annotation_is_exported_and_the_others_are_told(
    shop: Workshop, capfd: pytest.CaptureFixture[str]
) -> None:
    version(shop, "v1", {"a.jpg": [APPLE, APPLE]})
    with shop.db.transaction() as tx:
        into = versions.open_to_write(tx, shop.house.organization_id, shop.version_id, alone=True)
        [key] = assets.keys_by_filename(tx, into.version_key).values()
        asset = assets.hold(tx, into, [key])[key]
        [said] = asset.document.annotations
        again = Annotation(0, tx.now, shapes=said.shapes[:1])
        edit = assets.Edit(asset, *add_annotation(asset.document, again, asset.numbers))
        assets.write(tx, changes_of(tx, into, shop.house.member), into, [edit])
    assert len(json.loads(file_of(shop, Export()))["annotations"]) == 1
    assert f"left out: 2 x {export.EARLIER} (a.jpg)" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("pictures", "names"),
    [
        (Pictures(), ["1.jpg", "2.jpg", "3.png"]),
        (Pictures(labels=["pear"]), ["2.jpg"]),
        (Pictures(search="png"), ["3.png"]),
        (Pictures(tags=["ripe"]), ["3.png"]),
        (Pictures(max_shapes=0), ["3.png"]),
        (Pictures(q="is:annotated -label:apple"), ["2.jpg"]),
        (Pictures(q="jpg", labels=["apple"]), ["1.jpg"]),
    ],
)
def test_only_chosen_pictures_are_exported(
    shop: Workshop, pictures: Pictures, names: list[str]
) -> None:
    version(shop, "v1", {"1.jpg": [APPLE], "2.jpg": [PEAR], "3.png": []})
    put_tags(shop, {"3.png": ["ripe"]})
    content = json.loads(file_of(shop, Export(pictures=pictures)))
    assert [image["file_name"] for image in content["images"]] == names


def test_pictures_that_are_chosen_one_by_one_are_all_listed(shop: Workshop) -> None:
    shop.run(shop.launch(coco({}, {"image_id": 2}, images=3)))
    chosen = asset_ids(shop, "3.jpg", "2.jpg")
    content = json.loads(file_of(shop, Export(pictures=Pictures(asset_ids=chosen))))
    assert [image["file_name"] for image in content["images"]] == ["2.jpg", "3.jpg"]
    assert [one["image_id"] for one in content["annotations"]] == [1]


def test_a_filter_that_lets_nothing_through_is_refused(shop: Workshop) -> None:
    version(shop, "v1", {"1.jpg": [APPLE]})
    code, failure = shop.operate(launch(shop, Export(pictures=Pictures(search="zebra"))))
    assert (code, failure and failure["message"]) == (
        1,
        "No picture of fruits/v1 is what was asked for.",
    )


def test_only_annotations_of_the_status_count_where_one_is_given(shop: Workshop) -> None:
    shop.run(shop.launch(coco({})))
    house = shop.house.organization_id
    for status, shapes in ((AnnotationStatus.PENDING, 1), (AnnotationStatus.ACCEPTED, 0)):
        name = export_at_once(shop.context, house, shop.version_id, Export(), status=status)
        content = json.loads(shop.context.blobs.read(name))
        assert (len(content["images"]), len(content["annotations"])) == (2, shapes)


def test_a_file_is_of_one_moment_whatever_is_changed_while_it_is_written(shop: Workshop) -> None:
    version(shop, "v1", {"1.jpg": [APPLE], "2.jpg": [APPLE]})
    with shop.db.read() as read:
        settled = settle(read, shop.version, Export())
    version(shop, "v1", {"2.jpg": [PEAR], "3.jpg": [PEAR]})
    out = io.BytesIO()
    export.write(shop.context, settled, out)
    content = json.loads(out.getvalue())
    assert [image["file_name"] for image in content["images"]] == ["1.jpg", "2.jpg"]
    assert [one["category_id"] for one in content["annotations"]] == [1, 1]


def test_a_job_of_the_time_when_only_coco_was_written_can_be_run_again(shop: Workshop) -> None:
    version(shop, "v1", {"1.jpg": [APPLE]})
    run = launch(shop, Export())
    with shop.db.transaction() as tx:
        tx.execute(
            schema.run.update().values(
                source={"internal": "export_coco"}, parameters={"key": "FILENAME"}, inputs={}
            )
        )
    result = shop.run(run).result
    assert result is not None
    assert result["counts"]["shapes"] == 1


# --- ends -----------------------------------------------------------------------------------------


def left_behind(shop: Workshop) -> list[Path]:
    folders = (shop.context.blobs.folder, shop.context.settings.data / "runs")
    return [
        each
        for folder in folders
        if folder is not None
        for each in folder.rglob("*")
        if each.is_file()
    ]


@pytest.mark.parametrize("format", [Format.COCO, Format.YOLO])
def test_a_stop_in_the_middle_leaves_nothing_behind(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, format: Format
) -> None:
    version(shop, "v1", {f"{at}.jpg": [APPLE] for at in range(4)})
    run = launch(shop, Export(format=format))
    before = left_behind(shop), shop.count(schema.stored_object)
    monkeypatch.setattr(export, "AT_ONCE", 1)

    def stop(*_: Any) -> None:
        raise SystemExit(143)

    monkeypatch.setattr(Operation, "progress", stop)
    with pytest.raises(SystemExit):
        operate(shop.context, run.run_id)
    assert (left_behind(shop), shop.count(schema.stored_object)) == before


# --- sent while it is made ------------------------------------------------------------------------


def settled_of(shop: Workshop, asked: Export) -> export.Settled:
    with shop.db.read() as read:
        return settle(read, shop.version, asked)


@pytest.mark.parametrize("format", [Format.COCO, Format.VOC])
def test_a_stream_has_the_bytes_of_the_job(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, format: Format
) -> None:
    version(shop, "v1", {f"{at}.jpg": [APPLE, PEAR] for at in range(40)})
    monkeypatch.setattr(export_stream, "PIECE", 100)
    monkeypatch.setattr(coco_write, "_AT_ONCE", 100)
    asked = Export(format=format)
    sent = list(export_stream.stream(shop.context, settled_of(shop, asked)))
    assert len(sent) > 10
    assert b"".join(sent) == file_of(shop, asked)


def test_a_writer_ends_when_nobody_reads_on(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    version(shop, "v1", {f"{at}.jpg": [APPLE] for at in range(40)})
    monkeypatch.setattr(export_stream, "PIECE", 10)
    monkeypatch.setattr(export_stream, "_places", threading.BoundedSemaphore(1))
    asked = Export(format=Format.YOLO)
    for _ in range(3):  # each needs the place of the one before
        stream: Any = export_stream.stream(shop.context, settled_of(shop, asked))
        next(stream)
        with pytest.raises(Unavailable, match="at this moment"):
            export_stream.stream(shop.context, settled_of(shop, asked))
        stream.close()
        assert export_stream._places.acquire(timeout=30)
        export_stream._places.release()


def test_what_fails_before_the_first_piece_is_raised_at_once(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    version(shop, "v1", {"1.jpg": [APPLE]})

    def broken(*_: Any) -> None:
        raise Invalid("broken")

    monkeypatch.setattr(export, "write", broken)
    with pytest.raises(Invalid, match="broken"):
        export_stream.stream(shop.context, settled_of(shop, Export()))


def test_pictures_that_are_deleted_meanwhile_are_counted(shop: Workshop) -> None:
    version(shop, "v1", {"1.jpg": [APPLE], "2.jpg": [APPLE]})
    settled = settled_of(shop, Export())
    with shop.db.transaction() as tx:
        tx.execute(delete(schema.asset))
        tx.execute(delete(schema.data).where(schema.data.c.filename == "1.jpg"))
    told = export.write(shop.context, settled, io.BytesIO())
    assert list(told.lines) == ["left out: 1 x picture that was deleted meanwhile"]
