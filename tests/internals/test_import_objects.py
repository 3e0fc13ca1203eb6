"""Uploaded files become data one by one, and projections all at once; names of other buckets are refused."""

from __future__ import annotations

from uuid import uuid4

import pytest

from safelight.actions import objects
from safelight.actions import projections as projection_actions
from safelight.actions.import_objects import (
    Files,
    Named,
    Views,
    launch_import,
    launch_projections,
)
from safelight.actions.metadata import Description
from safelight.domain.datasets import DataType
from safelight.domain.permissions import Actor
from safelight.errors import Denied, Invalid, NotFound
from safelight.store import data, datalakes, organizations, projections, tags
from safelight.store import objects as object_rows
from safelight.store.data import Data
from tests.internals.importing import Workshop
from tests.pictures import picture


def stored(
    shop: Workshop, filename: str, content: bytes | None = None, *, kind: str = "DATA"
) -> str:
    return objects.store(
        shop.context,
        shop.house.organization_id,
        kind,
        filename,
        picture() if content is None else content,
        content_type="video/mp4" if filename.endswith(".mp4") else "image/jpeg",
    )


def ingest(shop: Workshop, asked: Files) -> dict[str, int]:
    _, run = launch_import(shop.db, shop.actor, shop.house.datalake_id, asked)
    result = shop.run(run).result
    assert result is not None
    counts: dict[str, int] = result["counts"]
    return counts


def of(shop: Workshop, object_name: str) -> Data | None:
    with shop.db.read() as read:
        return data.by_object(read, object_name)


def test_named_files_become_data_with_what_is_said_of_them(shop: Workshop) -> None:
    first, second, film = (stored(shop, name) for name in ("a.jpg", "b.jpg", "c.mp4"))
    said = Description({"iso": 100}, {"rows": 7}, ("new", "old"), "a crane")
    counts = ingest(shop, Files({first: said, second: Description(tags=("new",)), film: said}))
    assert counts == {"new_data": 3, "there_already": 0, "rejected": 0}
    found = of(shop, first)
    assert found is not None
    assert (found.filename, found.width, found.height) == ("a.jpg", 32, 24)
    assert (found.metadata, found.custom_metadata) == ({"iso": 100}, {"rows": 7})
    moving = of(shop, film)
    assert moving is not None
    assert moving.type is DataType.VIDEO
    with shop.db.read() as read:
        names = [tag.name for tag in tags.on(read, tags.DATA, [found.data_key])[found.data_key]]
        assert names == ["new", "old"]
        [source] = datalakes.sources(read, shop.house.organization_id)
    assert (source.name, source.data_source_id) == ("a crane", found.data_source_id)
    assert ingest(shop, Files({first: Description()}))["there_already"] == 1


def test_all_files_whose_names_begin_so_become_data_and_others_say_why_not(
    shop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = stored(shop, "a.jpg"), stored(shop, "b.jpg", b"no picture")
    stored(shop, "c.jpg", kind="MODEL_FILE")
    with shop.db.transaction() as tx:  # issued, but nothing was uploaded
        objects.issue_name(tx, shop.house.organization_id, "DATA", "d.jpg")
    asked = Files(prefixes=[f"/{shop.house.organization_id}/"])
    assert ingest(shop, asked) == {"new_data": 1, "there_already": 0, "rejected": 1}
    assert of(shop, good) is not None
    assert of(shop, bad) is None
    assert f"{bad}: " in capsys.readouterr().out
    with shop.db.transaction() as tx:
        object_rows.remove(tx, [bad])
    with pytest.raises(NotFound, match="No uploaded file that is not data yet"):
        ingest(shop, asked)


def test_what_cannot_be_is_refused_before_there_is_a_job(shop: Workshop) -> None:
    mine, model = stored(shop, "a.jpg"), stored(shop, "w.bin", kind="MODEL_FILE")
    for asked, error, words in (
        (Files({"/bucket/a.jpg": Description()}), NotFound, "reads no other bucket"),
        (Files({model: Description()}), Invalid, "uploaded as MODEL_FILE, not as DATA"),
        (Files({mine: Description(tags=("",))}), Invalid, "needs a name"),
        (Files({mine: Description(source=" ")}), Invalid, "needs a name"),
        (Files({mine: Description()}, tag_ids=[uuid4()]), NotFound, "no such tag"),
        (Files({mine: Description()}, data_source_id=uuid4()), NotFound, "no such data source"),
        (Files(prefixes=["bucket/"]), NotFound, "reads no other bucket"),
        (Files(), Invalid, "Name 1 to 500"),
        (Files({str(one): Description() for one in range(501)}), Invalid, "Name 1 to 500"),
    ):
        with pytest.raises(error, match=words):
            launch_import(shop.db, shop.actor, shop.house.datalake_id, asked)
    with pytest.raises(NotFound):
        launch_import(shop.db, shop.actor, uuid4(), Files({mine: Description()}))
    viewer = Actor(shop.house.viewer, "", shop.house.organization_id, "viewer")
    with pytest.raises(Denied):
        launch_import(shop.db, viewer, shop.house.datalake_id, Files({mine: Description()}))


def test_files_of_another_organization_are_not_found(shop: Workshop) -> None:
    with shop.db.transaction() as tx:
        other = organizations.add(tx, "elsewhere")
    foreign = objects.store(shop.context, other.organization_id, "DATA", "a.jpg", picture())
    for asked in (Files({foreign: Description()}), Files(prefixes=[foreign[:40]])):
        with pytest.raises(NotFound):
            launch_import(shop.db, shop.actor, shop.house.datalake_id, asked)


KIND = projection_actions.KIND


def test_projections_come_all_or_none(shop: Workshop) -> None:
    name = stored(shop, "a.jpg")
    ingest(shop, Files({name: Description()}))
    found = of(shop, name)
    assert found is not None
    view, other = stored(shop, "v.jpg", kind=KIND), stored(shop, "w.bin", b"bytes", kind=KIND)
    lake = shop.house.datalake_id
    asked = Views({name: [Named("a view", view), Named("raw", other)]})
    shop.run(launch_projections(shop.db, shop.actor, lake, asked)[1])
    with shop.db.read() as read:
        listed = projections.of_data(read, found.data_key)
    assert [one.file.name for one in listed] == ["a view", "raw"]
    assert [one.file.width for one in listed] == [32, None]
    shop.run(launch_projections(shop.db, shop.actor, lake, asked)[1])
    again = stored(shop, "b.jpg")
    ingest(shop, Files({again: Description()}))
    fresh = stored(shop, "x.jpg", kind=KIND)
    taken = Views({again: [Named("fresh", fresh), Named("taken", view)]})
    code, failure = shop.operate(launch_projections(shop.db, shop.actor, lake, taken)[1])
    assert (code, failure and failure["message"]) == (
        1,
        "This object is a projection of other data.",
    )
    with shop.db.read() as read:
        assert projections.by_object(read, fresh) is None
        assert projections.of_data(read, found.data_key) == listed


def test_projections_of_nothing_are_refused_before_there_is_a_job(shop: Workshop) -> None:
    name = stored(shop, "a.jpg")
    ingest(shop, Files({name: Description()}))
    view = stored(shop, "v.jpg", kind=KIND)
    for asked, error, words in (
        (Views({"bucket/a.jpg": [Named("a", view)]}), NotFound, "no data with the object name"),
        (Views({name: [Named("a", "bucket/v.jpg")]}), NotFound, "reads no other bucket"),
        (Views({name: [Named("", view)]}), Invalid, "needs a name"),
        (Views({name: [Named("a", name)]}), Invalid, f"uploaded as DATA, not as {KIND}"),
        (Views({}), Invalid, "Name 1 to 500"),
    ):
        with pytest.raises(error, match=words):
            launch_projections(shop.db, shop.actor, shop.house.datalake_id, asked)
