from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from safelight.actions.fork import launch_fork
from safelight.actions.rerun import rerun
from safelight.actions.settle import settle
from safelight.actions.stop import request
from safelight.domain.jobs import KILLED, RUNNING, SUCCEEDED, Ending, Exit
from safelight.domain.operations import Fork
from safelight.errors import Denied, NameTaken, NotFound
from safelight.internals import operate
from safelight.store import assets, assettags, runs, schema, tags, versions
from safelight.store.packed import packed
from tests.factories import add_house
from tests.internals.importing import Workshop, changes_of, coco

APPLE = ("apple", "r", [1, 2, 3, 4])


@pytest.fixture
def filled(shop: Workshop) -> Workshop:
    shop.run(shop.launch(coco({}, {"image_id": 3}, images=3)))
    return shop


def fork(shop: Workshop, name: str = "v2", **options: Any) -> UUID:
    asset_ids = options.pop("asset_ids", None)
    asked = Fork(name=name, **options)
    version, _, run = launch_fork(
        shop.context, shop.actor, shop.version_id, asked, asset_ids=asset_ids
    )
    shop.run(run)
    return version.version_id


def asset_ids(shop: Workshop, *names: str) -> list[UUID]:
    with shop.db.read() as read:
        keys = assets.keys_by_filename(read, shop.version.version_key)
        return [packed(read).asset(keys[name]) for name in names]


def test_a_fork_says_the_same_and_copies_no_document(filled: Workshop) -> None:
    documents = filled.count(schema.document)
    made = fork(filled)
    assert filled.said(made) == filled.said() == {"1.jpg": [APPLE], "2.jpg": [], "3.jpg": [APPLE]}
    assert filled.labels(made) == filled.labels()
    assert filled.count(schema.document) == documents
    assert filled.version_of(made).asset_count == 3
    assert filled.version_of(made).forked_from == filled.version_id


def test_a_fork_that_stands_is_not_stopped_although_nobody_heard_that_it_started(
    filled: Workshop,
) -> None:
    version, _, run = launch_fork(filled.context, filled.actor, filled.version_id, Fork(name="v2"))
    assert operate(filled.context, run.run_id) == 0  # its runner was not heard yet
    assert request(filled.db, run.run_id, filled.actor).status is RUNNING
    assert settle(filled.db, run.run_id, Exit(exit_code=0)).status is SUCCEEDED
    assert filled.version_of(version.version_id).asset_count == 3


def test_editing_a_fork_leaves_the_original_alone(filled: Workshop) -> None:
    made = fork(filled)
    filled.run(filled.launch(coco({"bbox": [9, 9, 9, 9]}, images=1), version_id=made))
    assert filled.said(made)["1.jpg"] == [("apple", "r", [9, 9, 9, 9])]
    assert filled.said()["1.jpg"] == [APPLE]


def test_the_new_version_stands_empty_until_its_job_has_filled_it(filled: Workshop) -> None:
    version, job, run = launch_fork(
        filled.context, filled.actor, filled.version_id, Fork(name="v2")
    )
    assert version.asset_count == 0
    assert (job.name, job.target.name if job.target else "") == (
        "Fork fruits/v1 → v2",
        "fruits/v2",
    )
    result = filled.run(run).result
    assert result is not None
    assert result["summary"] == "3 pictures"
    assert result["outputs"][0]["name"] == "fruits/v2"


def test_annotations_and_labels_may_stay_behind(filled: Workshop) -> None:
    bare = fork(filled, "bare", with_annotations=False, with_labels=False)
    assert filled.said(bare) == {"1.jpg": [], "2.jpg": [], "3.jpg": []}
    assert filled.labels(bare) == {}
    labelled = fork(filled, "labelled", with_annotations=False)
    assert filled.labels(labelled) == filled.labels()
    speaking = fork(filled, "speaking", with_labels=False)
    assert filled.labels(speaking) == filled.labels()  # shapes say nothing without labels


def test_a_selection_is_forked_in_the_order_of_the_version(filled: Workshop) -> None:
    chosen = asset_ids(filled, "3.jpg", "1.jpg")
    assert list(filled.said(fork(filled, asset_ids=chosen))) == ["1.jpg", "3.jpg"]
    assert filled.said(fork(filled, "none", asset_ids=[])) == {}


def test_tags_of_assets_go_along_as_tags_of_the_new_version(filled: Workshop) -> None:
    with filled.db.transaction() as tx:
        keys = assets.keys_by_filename(tx, filled.version.version_key)
        house = filled.house.organization_id
        tag = tags.add(tx, house, filled.version_id, tags.ASSET, "hard")
        change_set = changes_of(tx, filled.version, filled.house.member)
        assettags.attach(tx, change_set, filled.version, [tag], [keys["2.jpg"]])
    made = fork(filled)
    with filled.db.read() as read:
        keys = assets.keys_by_filename(read, filled.version_of(made).version_key)
        found = tags.on(read, tags.ASSET, list(keys.values()))
    assert {key: [one.name for one in some] for key, some in found.items()} == {
        keys["2.jpg"]: ["hard"]
    }
    assert {one.owner_id for some in found.values() for one in some} == {made}


def test_the_making_of_a_fork_is_one_change_of_its_run(filled: Workshop) -> None:
    version, _, run = launch_fork(filled.context, filled.actor, filled.version_id, Fork(name="v2"))
    filled.run(run)
    with filled.db.read() as read:
        rows = read.all(
            select(schema.change_set.c.kind, schema.change_set.c.run_id).where(
                schema.change_set.c.version_key == version.version_key
            )
        )
    assert [(row.kind, row.run_id) for row in rows] == [("version_created", run.run_id)]


def test_a_name_that_is_taken_is_refused_with_a_free_one(filled: Workshop) -> None:
    fork(filled)
    fork(filled, "v2-2")
    with pytest.raises(NameTaken) as caught:
        fork(filled)
    assert caught.value.facts["proposal"] == "v2-3"


def test_the_same_idempotency_key_gives_the_same_version_and_job(filled: Workshop) -> None:
    launched = [
        launch_fork(
            filled.context, filled.actor, filled.version_id, Fork(name="v2"), idempotency_key="once"
        )
        for _ in range(2)
    ]
    assert len({version.version_id for version, _, _ in launched}) == 1
    assert len({run.run_id for _, _, run in launched}) == 1


def test_running_a_fork_again_asks_for_a_new_name(filled: Workshop) -> None:
    _, job, run = launch_fork(filled.context, filled.actor, filled.version_id, Fork(name="v2"))
    filled.run(run)
    end(filled, run.run_id)
    with pytest.raises(NameTaken, match="fruits has a version v2 already") as caught:
        rerun(filled.db, job.job_id, filled.actor)
    assert caught.value.facts["field"] == "parameters.name"
    name = caught.value.facts["proposal"]
    renamed = filled.run(rerun(filled.db, job.job_id, filled.actor, {"name": name}))
    assert renamed.result is not None
    made = UUID(renamed.result["outputs"][0]["id"])
    assert filled.said(made) == filled.said()


def test_a_fork_whose_name_was_taken_meanwhile_says_which_is_free(filled: Workshop) -> None:
    _, job, run = launch_fork(filled.context, filled.actor, filled.version_id, Fork(name="v2"))
    filled.run(run)
    end(filled, run.run_id)
    again = rerun(filled.db, job.job_id, filled.actor, {"name": "v3"})
    launch_fork(filled.context, filled.actor, filled.version_id, Fork(name="v3"))
    code, failure = filled.operate(again)
    assert (code, failure and failure["message"]) == (
        1,
        "fruits has a version v3 already. v3-2 is free.",
    )


def test_a_fork_that_failed_can_be_run_again(filled: Workshop) -> None:
    version, job, run = launch_fork(
        filled.context, filled.actor, filled.version_id, Fork(name="v2")
    )
    end(filled, run.run_id, Ending(KILLED))
    filled.run(rerun(filled.db, job.job_id, filled.actor))
    assert filled.said(version.version_id) == filled.said()


def end(shop: Workshop, run_id: UUID, ending: Ending = Ending(SUCCEEDED)) -> None:  # noqa: B008
    with shop.db.transaction() as tx:
        if runs.get(tx, run_id).started_at is None:
            runs.start(tx, run_id, alive_until=tx.now)
        runs.end(tx, run_id, ending, Exit(exit_code=0))


def test_a_locked_version_can_be_forked(filled: Workshop) -> None:
    with filled.db.transaction() as tx:
        versions.lock(tx, filled.house.organization_id, filled.version_id, filled.house.owner)
    assert filled.said(fork(filled)) == filled.said()


def test_others_and_viewers_cannot_fork(filled: Workshop) -> None:
    viewer = replace(filled.actor, role="viewer")
    other = replace(filled.actor, organization_id=add_house(filled.db, "other").organization_id)
    for actor, error in ((viewer, Denied), (other, NotFound)):
        with pytest.raises(error):
            launch_fork(filled.context, actor, filled.version_id, Fork(name="v2"))
