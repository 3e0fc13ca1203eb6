from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest

from safelight.actions import annotate, datasets, labels
from safelight.actions.annotate import NamedShape
from safelight.actions.fork import launch_fork
from safelight.actions.settle import settle
from safelight.actions.undo import launch_undo_of_change, launch_undo_of_run, take_back
from safelight.domain.annotations import EMPTY, ShapeKind
from safelight.domain.jobs import SUCCEEDED, Exit
from safelight.domain.operations import DeleteShapes, Fork, Merge
from safelight.domain.permissions import Actor
from safelight.errors import Conflict, Denied, Invalid, Locked, NewerChanges, NotFound
from safelight.internals import operate
from safelight.store import assets, history, numbers, runs, versions
from safelight.store import data as data_rows
from safelight.store.assets import Edit
from safelight.store.changes import Author
from safelight.store.history import Entry
from safelight.store.packed import packed
from safelight.store.runs import Run
from tests.factories import add_house
from tests.internals.importing import Workshop, changes_of, coco
from tests.internals.operating import launch, made, version

BOX = NamedShape(ShapeKind.RECTANGLE, "apple", [5, 5, 5, 5])


def ended(shop: Workshop, run: Run) -> Run:
    """The run after its operation was done here and its process had ended."""
    done = shop.run(run)
    assert settle(shop.db, run.run_id, Exit(exit_code=0)).status is SUCCEEDED
    return done


def imported(shop: Workshop, *annotations: dict[str, Any], **options: Any) -> Run:
    images = options.pop("images", 3)
    return ended(shop, shop.launch(coco(*annotations, images=images), **options))


def undone(shop: Workshop, run: Run, **options: Any) -> Run:
    return ended(shop, launch_undo_of_run(shop.context, shop.actor, run.run_id, **options)[1])


def newest(shop: Workshop, version_id: UUID | None = None) -> Entry:
    with shop.db.read() as read:
        id = version_id or shop.version_id
        version = versions.ever(read, shop.house.organization_id, version_id=id)
        return history.of_version(read, version.version_key, limit=1)[0]


def id_of(shop: Workshop, entry: Entry) -> UUID:
    with shop.db.read() as read:
        return packed(read).change_set(entry.change_set_key)


def asset_key(shop: Workshop, name: str) -> int:
    with shop.db.read() as read:
        return assets.keys_by_filename(read, shop.version.version_key)[name]


def content(shop: Workshop) -> tuple[Any, ...]:
    return shop.said(), shop.labels(), shop.version.asset_count


def test_an_import_is_undone_and_redone(shop: Workshop) -> None:
    before = content(shop)
    run = imported(shop, {}, {"image_id": 2})
    after = content(shop)
    undo = undone(shop, run)
    assert content(shop) == before
    assert undo.result is not None
    assert undo.result["summary"] == "3 pictures as before · labels as before"
    undone(shop, undo)
    assert content(shop) == after


def test_who_undid_what_is_known_also_after_it_was_redone(shop: Workshop) -> None:
    first = imported(shop, {})
    entry = newest(shop)
    undo = undone(shop, first)
    assert newest(shop).undoes == entry.change_set_key
    with pytest.raises(Conflict, match=r"^This run has changed nothing that could be undone\.$"):
        launch_undo_of_run(shop.context, shop.actor, first.run_id)
    with pytest.raises(Conflict, match=r"^This was undone already, by orchard-member \(Undo "):
        launch_undo_of_change(shop.context, shop.actor, id_of(shop, entry))
    undone(shop, undo)
    undone(shop, first)  # it holds again, so it can be undone again
    assert shop.said() == {}


def test_an_undo_is_refused_with_who_changed_what_since(shop: Workshop) -> None:
    run = imported(shop, {}, {"image_id": 2})
    annotate.set_shapes(shop.db, shop.actor, asset_key(shop, "1.jpg"), [BOX])
    before = content(shop)
    with pytest.raises(NewerChanges) as caught:
        launch_undo_of_run(shop.context, shop.actor, run.run_id)
    facts = caught.value.facts
    assert (facts["total"], facts["pictures"], facts["may_keep"]) == (1, 1, True)
    [conflict] = facts["conflicts"]
    assert (conflict["filename"], conflict["what"], conflict["by"]) == (
        "1.jpg",
        "changed",
        "orchard-member",
    )
    assert content(shop) == before


def test_what_was_changed_since_may_be_left(shop: Workshop) -> None:
    shop.add_pictures("1.jpg", "2.jpg")
    imported(shop, {}, images=1)  # makes the labels
    run = imported(shop, {"bbox": [7, 7, 7, 7]}, {"image_id": 2}, images=2)
    annotate.set_shapes(shop.db, shop.actor, asset_key(shop, "1.jpg"), [BOX])
    undo = undone(shop, run, keep_newer=True)
    assert shop.said() == {"1.jpg": [("apple", "r", [5, 5, 5, 5])], "2.jpg": []}
    assert undo.result is not None
    assert undo.result["counts"] == {"pictures": 1, "tags": 0, "kept": 1}


def test_labels_that_others_use_by_now_are_not_taken_away(shop: Workshop) -> None:
    shop.add_pictures("own.jpg")
    run = imported(shop, {}, images=1)
    annotate.set_shapes(shop.db, shop.actor, asset_key(shop, "own.jpg"), [BOX])
    for keep_newer in (False, True):
        with pytest.raises(NewerChanges, match="have labels that would be missing: apple"):
            launch_undo_of_run(shop.context, shop.actor, run.run_id, keep_newer=keep_newer)


def test_labels_that_others_made_since_stay(shop: Workshop) -> None:
    run = imported(shop, {})
    labels.create(shop.db, shop.actor, shop.version_id, "fig")
    both = content(shop)
    undo = undone(shop, run)
    assert (list(shop.labels()), shop.said()) == (["fig"], {})
    undone(shop, undo)
    assert content(shop) == both


def test_a_label_that_was_renamed_since_is_not_taken_away(shop: Workshop) -> None:
    run = imported(shop, {})
    key = shop.labels()["apple"]
    labels.change(shop.db, shop.actor, shop.version.version_key, key, name="fig")
    with pytest.raises(NewerChanges, match="changed again by orchard-member"):
        launch_undo_of_run(shop.context, shop.actor, run.run_id)


def test_shapes_do_not_come_back_without_their_label(shop: Workshop) -> None:
    imported(shop, {}, images=1)
    run = imported(shop, {"category_id": 2}, images=1)
    labels.remove(shop.db, shop.actor, shop.version.version_key, shop.labels()["apple"])
    with pytest.raises(NewerChanges, match="labels that would be missing: a removed label"):
        launch_undo_of_run(shop.context, shop.actor, run.run_id)


def test_a_change_that_came_between_launch_and_run_refuses_it_too(shop: Workshop) -> None:
    run = imported(shop, {})
    _, undo = launch_undo_of_run(shop.context, shop.actor, run.run_id)
    datasets.remove_assets(shop.db, shop.actor, shop.version_id, [asset_key(shop, "2.jpg")])
    annotate.set_shapes(shop.db, shop.actor, asset_key(shop, "1.jpg"), [BOX])
    before = content(shop)
    code, failure = shop.operate(undo)
    assert code == 1
    assert failure is not None
    assert failure["kind"] == "invalid_input"
    assert "1.jpg was changed by orchard-member on " in failure["message"]
    assert content(shop) == before  # 2.jpg had gone already, which is where the undo would lead


def test_a_locked_version_and_a_running_job_refuse_it(shop: Workshop) -> None:
    run = shop.launch(coco({}, images=1))
    shop.run(run)
    with pytest.raises(Conflict, match=r"^The job is still running\."):
        launch_undo_of_run(shop.context, shop.actor, run.run_id)
    settle(shop.db, run.run_id, Exit(exit_code=0))
    _, undo = launch_undo_of_run(shop.context, shop.actor, run.run_id)
    datasets.lock(shop.db, shop.actor, shop.version_id)
    with pytest.raises(Locked):
        launch_undo_of_run(shop.context, shop.actor, run.run_id)
    code, failure = shop.operate(undo)
    assert (code, failure is not None and "locked by" in failure["message"]) == (1, True)


def test_two_undos_of_the_same_do_it_once(shop: Workshop) -> None:
    run = imported(shop, {})
    pending = [launch_undo_of_run(shop.context, shop.actor, run.run_id)[1] for _ in range(2)]
    ended(shop, pending[0])
    code, failure = shop.operate(pending[1])
    assert code == 1
    assert failure is not None
    assert failure["message"].startswith("This was undone already, by orchard-member")


NOTHING = r"^There is nothing to undo: all of it is as it was before already\.$"


def test_an_undo_is_not_launched_if_all_is_as_before_already(shop: Workshop) -> None:
    imported(shop, {})
    key = asset_key(shop, "2.jpg")
    annotate.set_shapes(shop.db, shop.actor, key, [BOX])
    edit = newest(shop)
    annotate.set_shapes(shop.db, shop.actor, key, [])
    with pytest.raises(Conflict, match=NOTHING):
        launch_undo_of_change(shop.context, shop.actor, id_of(shop, edit))


def test_a_redo_whose_import_was_undone_again_is_not_undone_by_a_job(shop: Workshop) -> None:
    run = imported(shop, {}, {"image_id": 2})
    redo = undone(shop, undone(shop, run))
    undone(shop, run)
    with pytest.raises(Conflict, match=NOTHING):
        launch_undo_of_run(shop.context, shop.actor, redo.run_id)


def test_an_undo_that_would_leave_all_that_is_newer_is_not_launched(shop: Workshop) -> None:
    imported(shop, {})
    key = asset_key(shop, "1.jpg")
    annotate.set_shapes(shop.db, shop.actor, key, [BOX])
    edit = newest(shop)
    annotate.set_shapes(shop.db, shop.actor, key, [BOX, BOX])
    with pytest.raises(Conflict, match=r"as it was before already, or was changed since\.$"):
        launch_undo_of_change(shop.context, shop.actor, id_of(shop, edit), keep_newer=True)


def test_a_job_whose_undo_was_done_by_hand_since_its_launch_changes_nothing(
    shop: Workshop,
) -> None:
    imported(shop, {})
    key = asset_key(shop, "2.jpg")
    annotate.set_shapes(shop.db, shop.actor, key, [BOX])
    _, undo = launch_undo_of_change(shop.context, shop.actor, id_of(shop, newest(shop)))
    annotate.set_shapes(shop.db, shop.actor, key, [])
    by_hand = newest(shop)
    code, failure = shop.operate(undo)
    assert (code, newest(shop)) == (1, by_hand)
    assert failure is not None
    assert "There is nothing to undo" in failure["message"]


def test_an_undo_waits_for_an_edit_that_is_under_way_and_overrules_it_not(shop: Workshop) -> None:
    run = imported(shop, {})
    key = newest(shop).change_set_key
    refused: list[NewerChanges] = []

    def undo() -> None:
        try:
            with shop.db.transaction() as tx:
                by = Author(shop.house.admin)
                take_back(tx, shop.house.organization_id, [key], by)
        except NewerChanges as error:
            refused.append(error)

    other = threading.Thread(target=undo)
    with shop.db.transaction() as tx:
        version = versions.open_to_write(tx, shop.house.organization_id, shop.version_id)
        [asset] = assets.hold(tx, version, [asset_key(shop, "1.jpg")]).values()
        other.start()
        change_set = changes_of(tx, version, shop.house.member)
        assets.write(tx, change_set, version, [Edit(asset, EMPTY, asset.numbers)])
    other.join()
    assert [error.facts["pictures"] for error in refused] == [1]
    assert (run.result or {})["counts"]["pictures"] == shop.version.asset_count == 3


def test_the_same_idempotency_key_gives_the_same_job_although_it_is_undone(
    shop: Workshop,
) -> None:
    run = imported(shop, {})
    job, undo = launch_undo_of_run(shop.context, shop.actor, run.run_id, idempotency_key="k")
    ended(shop, undo)
    again, _ = launch_undo_of_run(shop.context, shop.actor, run.run_id, idempotency_key="k")
    assert again.job_id == job.job_id
    launch_fork(shop.context, shop.actor, shop.version_id, Fork(name="v2"), idempotency_key="f")
    with pytest.raises(Invalid, match="used to launch something else"):
        launch_undo_of_run(shop.context, shop.actor, run.run_id, idempotency_key="f")


def test_undoing_a_fork_removes_it_and_undoing_that_brings_it_back(shop: Workshop) -> None:
    imported(shop, {})
    version, _, run = launch_fork(shop.context, shop.actor, shop.version_id, Fork(name="v2"))
    ended(shop, run)
    said = shop.said(version.version_id)
    undo = undone(shop, run)
    with pytest.raises(NotFound):
        shop.version_of(version.version_id)
    undone(shop, undo)
    assert shop.said(version.version_id) == said


def test_undoing_a_merge_that_made_labels_removes_its_version_and_gives_it_back(
    shop: Workshop,
) -> None:
    first = version(shop, "v2", {"a.jpg": [("pear", "rectangle", BOX.geometry)]})
    version(shop, "v3", {"a.jpg": [], "b.jpg": [("apple", "rectangle", BOX.geometry)]})
    merge = Merge(versions=["fruits/v3"], name="all", labels={"apple": "fig"})
    run = ended(shop, launch(shop, merge, first))
    assert run.result is not None
    merged = made(run.result, "all")
    said = shop.said(merged)
    undo = undone(shop, run)
    with pytest.raises(NotFound):
        shop.version_of(merged)
    undone(shop, undo)
    assert shop.said(merged) == said
    assert set(shop.labels(merged)) == {"pear", "fig"}


def test_an_undo_of_what_names_its_version_names_it_once(shop: Workshop) -> None:
    imported(shop, {})
    ended(shop, launch(shop, DeleteShapes(everything=True)))
    job, _ = launch_undo_of_change(shop.context, shop.actor, id_of(shop, newest(shop)))
    assert job.name == "Undo Delete annotations of fruits/v1"


def test_a_version_comes_back_only_if_its_name_is_free(shop: Workshop) -> None:
    version, _, run = launch_fork(shop.context, shop.actor, shop.version_id, Fork(name="v2"))
    ended(shop, run)
    undo = undone(shop, run)
    datasets.create_version(shop.db, shop.actor, shop.version.dataset_id, "v2")
    with pytest.raises(NewerChanges, match=r"Another version has the name fruits/v2 now\."):
        launch_undo_of_run(shop.context, shop.actor, undo.run_id)
    with pytest.raises(NotFound):
        shop.version_of(version.version_id)


def test_a_fork_that_was_worked_on_is_not_removed(shop: Workshop) -> None:
    version, _, run = launch_fork(shop.context, shop.actor, shop.version_id, Fork(name="v2"))
    ended(shop, run)
    labels.create(shop.db, shop.actor, version.version_id, "fig")
    with pytest.raises(NewerChanges, match="fruits/v2 was changed by orchard-member"):
        launch_undo_of_run(shop.context, shop.actor, run.run_id, keep_newer=True)
    edit = newest(shop, version.version_id)
    ended(shop, launch_undo_of_change(shop.context, shop.actor, id_of(shop, edit))[1])
    undone(shop, run)
    with pytest.raises(NotFound):
        shop.version_of(version.version_id)


def test_a_name_that_was_changed_again_is_said_with_who_did_it(shop: Workshop) -> None:
    for name in ("v2", "v3"):
        datasets.change_version(shop.db, shop.actor, shop.version_id, name=name)
    with shop.db.read() as read:
        older = history.of_version(read, shop.version.version_key)[1]
    with pytest.raises(NewerChanges, match=r"The name was changed by orchard-member on "):
        launch_undo_of_change(shop.context, shop.actor, id_of(shop, older))


def test_a_removed_version_comes_back_with_all_it_held(shop: Workshop) -> None:
    imported(shop, {})
    before = content(shop)
    datasets.remove_version(shop.db, shop.actor, shop.version_id)
    ended(shop, launch_undo_of_change(shop.context, shop.actor, id_of(shop, newest(shop)))[1])
    assert content(shop) == before


def test_a_picture_whose_file_is_gone_cannot_come_back(shop: Workshop) -> None:
    [key] = shop.add_pictures("a.jpg")
    datasets.remove_assets(shop.db, shop.actor, shop.version_id, [asset_key(shop, "a.jpg")])
    with shop.db.transaction() as tx:
        data_rows.remove(tx, [key])
    with pytest.raises(NewerChanges) as caught:
        launch_undo_of_change(shop.context, shop.actor, id_of(shop, newest(shop)))
    assert [each["what"] for each in caught.value.facts["conflicts"]] == ["gone"]


def test_only_who_may_write_undoes_and_only_in_the_own_organization(shop: Workshop) -> None:
    run = imported(shop, {})
    house, other = shop.house, add_house(shop.db, "vineyard")
    with pytest.raises(Denied):
        viewer = Actor(house.viewer, "v", house.organization_id, "viewer")
        launch_undo_of_run(shop.context, viewer, run.run_id)
    stranger = Actor(other.admin, "a", other.organization_id, "admin")
    with pytest.raises(NotFound):
        launch_undo_of_run(shop.context, stranger, run.run_id)
    with pytest.raises(NotFound):
        launch_undo_of_change(shop.context, stranger, id_of(shop, newest(shop)))


def test_what_was_changed_is_counted_once_and_kept(shop: Workshop) -> None:
    imported(shop, {}, {"category_id": 2}, images=2)
    imported(shop, {}, {}, {"image_id": 2, "category_id": 2}, images=2)
    entry = newest(shop)
    assert entry.numbers is None
    counted = numbers.of(shop.db, entry)
    names = {key: name for name, key in shop.labels().items()}
    assert (counted.added, counted.removed, counted.changed) == (0, 0, 2)
    assert {names[key]: pair for key, pair in counted.classes.items()} == {
        "apple": (1, 2),
        "pear": (1, 1),
    }
    assert counted.shapes == (2, 3)
    assert numbers.of(shop.db, newest(shop)) == counted
    assert newest(shop).numbers is not None


def test_the_job_of_an_undo_that_was_stopped_in_time_changes_nothing(shop: Workshop) -> None:
    run = imported(shop, {})
    before = content(shop)
    _, undo = launch_undo_of_run(shop.context, shop.actor, run.run_id)
    settle(shop.db, undo.run_id, Exit(signal=9))
    with shop.db.read() as read:
        assert runs.get(read, undo.run_id).is_final
    assert operate(shop.context, undo.run_id) == 1
    assert content(shop) == before
