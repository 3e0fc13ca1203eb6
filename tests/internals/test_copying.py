"""Copies, merges and imports of shapes: what arrives, what stays, what is shared, who is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from safelight.actions import labels as label_actions
from safelight.actions.operations import launch_operation
from safelight.actions.rerun import rerun
from safelight.domain.jobs import SUCCEEDED, Ending, Exit
from safelight.domain.operations import Copy, ImportShapes, Merge, Mode, Operation, Pictures
from safelight.errors import Denied, Invalid, Locked, NameTaken, NotFound
from safelight.store import datasets, organizations, runs, schema, versions
from safelight.store.changes import Author
from tests.factories import add_house
from tests.internals.importing import Workshop
from tests.internals.operating import (
    BOX,
    asset_ids,
    do,
    interfere,
    launch,
    lock,
    made,
    put_tags,
    refused,
    say,
    tags_of,
    version,
)

APPLE, PEAR, PLUM = (
    ("apple", "rectangle", BOX),
    ("pear", "polygon", [[0, 0], [4, 0], [4, 3]]),
    ("plum", "classification", None),
)


def short(*shapes: Any) -> list[Any]:
    """Shapes as `Workshop.said` tells them."""
    kinds = {"rectangle": "r", "polygon": "p", "classification": "c"}
    return [(label, kinds[kind], geometry) for label, kind, geometry in shapes]


@pytest.fixture
def two(shop: Workshop) -> tuple[Workshop, UUID]:
    """fruits/v1 with 1.jpg to 3.jpg, and fruits/v2 with 3.jpg and 4.jpg."""
    version(shop, "v1", {"1.jpg": [APPLE], "2.jpg": [], "3.jpg": [APPLE, PLUM]})
    return shop, version(shop, "v2", {"3.jpg": [PEAR], "4.jpg": [PEAR]})


def test_a_copy_brings_pictures_with_what_is_said_of_them(two: tuple[Workshop, UUID]) -> None:
    shop, other = two
    put_tags(shop, {"1.jpg": ["hard"], "3.jpg": ["hard", "dark"]})
    documents = shop.count(schema.document)
    result = do(shop, Copy(source="fruits/v1"), other)
    assert shop.said(other) == {
        "3.jpg": short(PEAR),
        "4.jpg": short(PEAR),
        "1.jpg": short(APPLE),
        "2.jpg": [],
    }
    assert tags_of(shop, other) == {"1.jpg": ["hard"], "3.jpg": ["dark", "hard"]}
    assert result["counts"] == {
        "pictures": 3,
        "new_assets": 2,
        "changed": 0,
        "new_labels": 2,
        "tags_added": 3,
    }
    assert result["outputs"][0]["name"] == "fruits/v2"
    assert shop.version_of(other).asset_count == 4
    assert shop.count(schema.document) == documents + 1  # the labels; annotations are shared
    assert shop.said()["1.jpg"] == short(APPLE)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.KEEP, [PEAR]),
        (Mode.REPLACE, [APPLE, PLUM]),
        (Mode.CONCATENATE, [PEAR, APPLE, PLUM]),
    ],
)
def test_the_mode_says_what_becomes_of_pictures_that_are_there(
    two: tuple[Workshop, UUID], mode: Mode, expected: list[Any]
) -> None:
    shop, other = two
    [there] = asset_ids(shop, "3.jpg", version_id=other)
    do(shop, Copy(source="fruits/v1", mode=mode), other)
    assert shop.said(other)["3.jpg"] == short(*expected)
    assert asset_ids(shop, "3.jpg", version_id=other) == [there]


def test_numbers_that_an_asset_has_given_out_keep_their_meaning(
    two: tuple[Workshop, UUID],
) -> None:
    shop, other = two
    before = shop.documents(other)["3.jpg"].annotations[0].shapes[0].number
    do(shop, Copy(source="fruits/v1", mode=Mode.REPLACE), other)
    after = shop.documents(other)["3.jpg"].annotations[0]
    assert after.number == 2
    assert before not in {shape.number for shape in after.shapes}


def test_copying_again_changes_nothing_and_keeps_every_id(two: tuple[Workshop, UUID]) -> None:
    shop, other = two
    do(shop, Copy(source="fruits/v1", mode=Mode.REPLACE), other)
    before = shop.documents(other)
    assert do(shop, Copy(source="fruits/v1", mode=Mode.REPLACE), other)["counts"]["changed"] == 0
    assert shop.documents(other) == before


def test_a_replaced_picture_of_which_the_source_says_nothing_has_nothing_said_of_it(
    two: tuple[Workshop, UUID],
) -> None:
    shop, _ = two
    other = version(shop, "v3", {"2.jpg": [PEAR]})
    do(shop, Copy(source="fruits/v1", pictures=Pictures(search="2")), other)
    assert shop.said(other) == {"2.jpg": short(PEAR)}
    do(shop, Copy(source="fruits/v1", mode=Mode.REPLACE, pictures=Pictures(search="2")), other)
    assert shop.said(other) == {"2.jpg": []}


def test_labels_go_by_name_or_as_somebody_says(two: tuple[Workshop, UUID]) -> None:
    shop, other = two
    asked = Copy(source="fruits/v1", mode=Mode.REPLACE, labels={"apple": "pear", "plum": "prune"})
    do(shop, asked, other)
    assert shop.said(other)["3.jpg"] == [("pear", "r", BOX), ("prune", "c", None)]
    assert list(shop.labels(other)) == ["pear", "prune"]


def test_a_label_that_was_renamed_in_a_fork_goes_by_its_new_name(
    two: tuple[Workshop, UUID],
) -> None:
    """Its key there belongs to another name here."""
    shop, other = two
    do(shop, Copy(source="fruits/v1"), other)
    key = shop.labels(other)["apple"]
    with shop.db.read() as read:
        version_key = versions.get(read, shop.house.organization_id, other).version_key
    label_actions.change(shop.db, shop.actor, version_key, key, name="renamed")
    third = version(shop, "v3", {"9.jpg": []})
    do(shop, Copy(source=str(other)), third)
    do(shop, Copy(source="fruits/v1", mode=Mode.REPLACE), third)
    assert shop.said(third)["1.jpg"] == short(APPLE)
    assert shop.said(third)["4.jpg"] == short(PEAR)
    assert set(shop.labels(third)) == {"renamed", "pear", "plum", "apple"}


def test_strict_labels_refuse_what_is_missing_and_change_nothing(
    two: tuple[Workshop, UUID],
) -> None:
    shop, other = two
    before = (shop.said(other), shop.count(schema.document), shop.version_of(other))
    message = refused(shop, Copy(source="fruits/v1", create_labels=False), other)
    assert message == (
        "The version lacks 2 labels that shapes have: apple, plum. "
        "Map them to others, or let them be made. Nothing was changed."
    )
    assert (shop.said(other), shop.count(schema.document), shop.version_of(other)) == before
    do(shop, Copy(source="fruits/v1", create_labels=False, pictures=Pictures(search="2")), other)


def test_only_chosen_pictures_are_copied(two: tuple[Workshop, UUID]) -> None:
    shop, _ = two
    put_tags(shop, {"2.jpg": ["hard"]})
    for name, pictures, expected in (
        ("one", Pictures(asset_ids=asset_ids(shop, "2.jpg", "1.jpg")), ["1.jpg", "2.jpg"]),
        ("label", Pictures(labels=["plum"]), ["3.jpg"]),
        ("tag", Pictures(tags=["hard"]), ["2.jpg"]),
        ("shapes", Pictures(min_shapes=1, max_shapes=1), ["1.jpg"]),
        ("none said", Pictures(max_shapes=0), ["2.jpg"]),
        ("both", Pictures(labels=["apple"], search="3"), ["3.jpg"]),
        ("asked", Pictures(q="label:apple -label:plum"), ["1.jpg"]),
        ("asked twice", Pictures(q="label:apple", labels=["plum"]), ["3.jpg"]),
        ("tagged", Pictures(q="tag:hard", tags=["hard"]), ["2.jpg"]),
    ):
        other = version(shop, name, {})
        do(shop, Copy(source="fruits/v1", pictures=pictures), other)
        assert list(shop.said(other)) == expected, name


def test_annotations_and_tags_may_stay_behind(two: tuple[Workshop, UUID]) -> None:
    shop, other = two
    put_tags(shop, {"1.jpg": ["hard"]})
    do(shop, Copy(source="fruits/v1", with_annotations=False, with_tags=False), other)
    assert shop.said(other)["1.jpg"] == []
    assert tags_of(shop, other) == {}
    assert list(shop.labels(other)) == ["pear"]


# --- shapes only ------------------------------------------------------------------------------------------


def test_shapes_are_imported_for_pictures_that_are_there(two: tuple[Workshop, UUID]) -> None:
    shop, other = two
    asked = ImportShapes(source="fruits/v1", only_labels=["apple"], labels={"apple": "fruit"})
    result = do(shop, asked, other)
    assert shop.said(other) == {
        "3.jpg": [*short(PEAR), ("fruit", "r", BOX)],
        "4.jpg": short(PEAR),
    }
    assert (result["counts"]["changed"], result["counts"]["new_assets"]) == (1, 0)


def test_pictures_without_such_shapes_stay_as_they_are_when_shapes_replace(
    two: tuple[Workshop, UUID],
) -> None:
    shop, _ = two
    other = version(shop, "v3", {"1.jpg": [PEAR], "2.jpg": [PEAR], "3.jpg": [PEAR]})
    asked = ImportShapes(source="fruits/v1", only_labels=["plum"], mode=Mode.REPLACE)
    do(shop, asked, other)
    assert shop.said(other) == {
        "1.jpg": short(PEAR),
        "2.jpg": short(PEAR),
        "3.jpg": short(PLUM),
    }


def test_nothing_in_common_is_said(two: tuple[Workshop, UUID]) -> None:
    shop, _ = two
    other = version(shop, "v3", {"9.jpg": []})
    assert "Nothing was changed" in refused(shop, ImportShapes(source="fruits/v1"), other)


# --- merges -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.KEEP, [APPLE, PLUM]),
        (Mode.REPLACE, [PEAR]),
        (Mode.CONCATENATE, [APPLE, PLUM, PEAR]),
    ],
)
def test_a_merge_makes_a_version_with_every_picture_once(
    two: tuple[Workshop, UUID], mode: Mode, expected: list[Any]
) -> None:
    shop, other = two
    before = (shop.said(), shop.said(other))
    result = do(shop, Merge(versions=["fruits/v2"], name="all", mode=mode))
    new = made(result, "all")
    assert shop.said(new) == {
        "1.jpg": short(APPLE),
        "2.jpg": [],
        "3.jpg": short(*expected),
        "4.jpg": short(PEAR),
    }
    assert list(shop.labels(new)) == ["apple", "plum", "pear"]
    assert shop.version_of(new).forked_from == shop.version_id
    assert (shop.said(), shop.said(other)) == before


def test_a_merge_into_the_version_itself_changes_it(two: tuple[Workshop, UUID]) -> None:
    shop, other = two
    put_tags(shop, {"4.jpg": ["hard"]}, other)
    result = do(shop, Merge(versions=[str(other)], labels={"pear": "apple"}))
    assert shop.said()["4.jpg"] == [("apple", *short(PEAR)[0][1:])]
    assert tags_of(shop) == {"4.jpg": ["hard"]}
    assert result["counts"]["new_assets"] == 1
    assert list(shop.labels()) == ["apple", "plum"]


def test_several_versions_are_merged_in_their_order(two: tuple[Workshop, UUID]) -> None:
    shop, _ = two
    version(shop, "w", {"3.jpg": [PLUM], "5.jpg": [PLUM]}, dataset="others")
    new = made(
        do(shop, Merge(versions=["others/w", "fruits/v2"], name="m", mode=Mode.REPLACE)), "m"
    )
    assert shop.said(new)["3.jpg"] == short(PEAR)
    assert list(shop.said(new)) == ["1.jpg", "2.jpg", "3.jpg", "5.jpg", "4.jpg"]


def test_the_making_of_a_merge_is_one_change_of_its_run(two: tuple[Workshop, UUID]) -> None:
    shop, _ = two
    run = launch(shop, Merge(versions=["fruits/v2"], name="all"))
    result = shop.run(run).result
    assert result is not None
    with shop.db.read() as read:
        key = versions.get(read, shop.house.organization_id, made(result, "all")).version_key
        rows = read.all(
            select(schema.change_set.c.kind, schema.change_set.c.run_id).where(
                schema.change_set.c.version_key == key
            )
        )
    assert [tuple(row) for row in rows] == [("version_created", run.run_id)]


def test_what_a_copy_changed_is_recorded_picture_by_picture(two: tuple[Workshop, UUID]) -> None:
    shop, other = two
    run = shop.run(launch(shop, Copy(source="fruits/v1", mode=Mode.REPLACE), other))
    change, sets = schema.asset_change, schema.change_set
    with shop.db.read() as read:
        rows = read.all(
            select(change.c.existed_before, change.c.exists_after, change.c.document_before)
            .join(sets, sets.c.change_set_key == change.c.change_set_key)
            .where(sets.c.run_id == run.run_id)
            .order_by(change.c.asset_key)
        )
    assert [
        (row.existed_before, row.exists_after, row.document_before is None) for row in rows
    ] == [
        (True, True, False),
        (False, True, True),
        (False, True, True),
    ]


# --- who is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        (Copy(source="fruits/v9"), Invalid, "no dataset version 'fruits/v9'"),
        (Copy(source="fruits/v1"), Invalid, "fruits/v1 is source and target at once"),
        (Copy(source="fruits/v2", labels={"fig": "x"}), Invalid, "no label 'fig'"),
        (Copy(source="fruits/v2", labels={"pear": " "}), Invalid, "A label needs a name"),
        (
            Copy(source="fruits/v2", labels={"pear": "fig"}, create_labels=False),
            Invalid,
            "no label 'fig'",
        ),
        (Copy(source="fruits/v2", pictures=Pictures(labels=["apple"])), Invalid, "label 'apple'"),
        (Copy(source="fruits/v2", pictures=Pictures(tags=["x"])), Invalid, "no tag 'x'"),
        (ImportShapes(source="fruits/v2", only_labels=["apple"]), Invalid, "no label 'apple'"),
        (Merge(versions=["fruits/v1"]), Invalid, "source and target at once"),
        (Merge(versions=["fruits/v2"], labels={"apple": "x"}), Invalid, "a label 'apple'"),
        (Merge(versions=["fruits/v2"], name="v2"), NameTaken, "v2-2 is free"),
        (Merge(versions=["elsewhere/w1"]), Invalid, "no dataset version 'elsewhere/w1'"),
    ],
)
def test_what_does_not_fit_is_refused_before_there_is_a_job(
    two: tuple[Workshop, UUID], asked: Operation, error: type[Exception], words: str
) -> None:
    shop, _ = two
    elsewhere = add_house(shop.db, "vineyard")
    with shop.db.transaction() as tx:
        author = Author(elsewhere.member)
        dataset = datasets.add(tx, elsewhere.organization_id, "elsewhere", by=author)
        versions.add(tx, elsewhere.organization_id, dataset.dataset_id, "w1", by=author)
    with pytest.raises(error, match=words):
        launch(shop, asked)
    assert shop.count(schema.job) == 0


def test_viewers_others_and_locks_are_refused(two: tuple[Workshop, UUID]) -> None:
    shop, other = two
    asked = Copy(source="fruits/v1")
    viewer = replace(shop.actor, role="viewer")
    stranger = replace(shop.actor, organization_id=add_house(shop.db, "x").organization_id)
    for actor, error in ((viewer, Denied), (stranger, NotFound)):
        with pytest.raises(error):
            launch_operation(shop.context, actor, other, asked)
    run = launch(shop, asked, other)
    lock(shop, other)
    with pytest.raises(Locked):
        launch(shop, asked, other)
    before = shop.said(other)
    code, failure = shop.operate(run)
    assert code == 1
    assert failure is not None
    assert "was locked by orchard-owner" in failure["message"]
    assert shop.said(other) == before
    do(shop, Merge(versions=["fruits/v2"], name="all"), shop.version_id)  # a source may be locked


def test_a_lock_that_comes_while_documents_are_written_refuses_the_switch(
    two: tuple[Workshop, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, other = two
    before = (shop.said(other), shop.count(schema.document), shop.count(schema.asset))
    interfere(monkeypatch, lambda: lock(shop, other))
    asked = Copy(source="fruits/v1", mode=Mode.CONCATENATE)
    assert "was locked by orchard-owner" in refused(shop, asked, other)
    assert (shop.said(other), shop.count(schema.document), shop.count(schema.asset)) == before


def test_who_lost_the_right_meanwhile_changes_nothing(
    two: tuple[Workshop, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, other = two
    member = schema.membership

    def demote() -> None:
        with shop.db.transaction() as tx:
            tx.execute(
                member.update().where(member.c.user_id == shop.house.member).values(role="viewer")
            )
            found = organizations.role_of(tx, shop.house.organization_id, shop.house.member)
            assert found == "viewer"

    before = shop.said(other)
    interfere(monkeypatch, demote)
    message = refused(shop, Copy(source="fruits/v1"), other)
    assert message == "The role viewer may not change data."
    assert shop.said(other) == before


# --- what others do meanwhile -----------------------------------------------------------------------------


def test_what_others_say_meanwhile_is_merged_again(
    two: tuple[Workshop, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, other = two
    interfere(monkeypatch, lambda: say(shop, {"3.jpg": [PLUM]}, other))
    do(shop, Copy(source="fruits/v1", mode=Mode.CONCATENATE), other)
    assert shop.said(other)["3.jpg"] == short(PLUM, APPLE, PLUM)


def test_a_picture_that_came_in_meanwhile_stays_the_asset_that_it_is(
    two: tuple[Workshop, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, other = two
    interfere(monkeypatch, lambda: version(shop, "v2", {"1.jpg": [PEAR]}))
    do(shop, Copy(source="fruits/v1", mode=Mode.CONCATENATE), other)
    assert shop.said(other)["1.jpg"] == short(PEAR, APPLE)
    assert shop.version_of(other).asset_count == 4


def test_labels_that_change_meanwhile_are_read_again(
    two: tuple[Workshop, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, other = two
    interfere(monkeypatch, lambda: label_actions.create(shop.db, shop.actor, other, "apple"))
    do(shop, Copy(source="fruits/v1"), other)
    assert list(shop.labels(other)) == ["pear", "apple", "plum"]
    assert shop.said(other)["1.jpg"] == short(APPLE)


def test_running_a_merge_again_asks_for_a_new_name(two: tuple[Workshop, UUID]) -> None:
    shop, _ = two
    run = launch(shop, Merge(versions=["fruits/v2"], name="all"))
    shop.run(run)
    with shop.db.transaction() as tx:
        runs.end(tx, run.run_id, Ending(SUCCEEDED), Exit(exit_code=0))
    with pytest.raises(NameTaken) as refusal:
        rerun(shop.db, run.job_id, shop.actor)
    assert refusal.value.facts["field"] == "parameters.name"
    again = rerun(shop.db, run.job_id, shop.actor, {"name": refusal.value.facts["proposal"]})
    result = shop.run(again).result
    assert result is not None
    assert list(shop.said(made(result, "all-2"))) == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]
