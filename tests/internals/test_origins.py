"""Where versions say that they come from, after each operation that brings content of others."""

from __future__ import annotations

from uuid import UUID

import pytest

from safelight.actions import datasets
from safelight.actions.fork import launch_fork
from safelight.actions.rerun import rerun
from safelight.actions.settle import settle
from safelight.actions.undo import launch_undo_of_run
from safelight.api.dataset_views import version_view
from safelight.api.origin_views import OriginView
from safelight.domain.jobs import Exit, JobType, Target, TargetType
from safelight.domain.operations import Copy, Fork, ImportShapes, Into, Merge, Pictures, Split, Tag
from safelight.store import jobs, versions
from safelight.store.changes import Author
from safelight.store.runs import Run
from tests.internals.importing import Workshop
from tests.internals.operating import BOX, do, launch, made, version
from tests.jobs import started

APPLE = ("apple", "rectangle", BOX)
Told = list[tuple[str, bool, list[str]]]


@pytest.fixture
def two(shop: Workshop) -> tuple[Workshop, UUID]:
    """fruits/v1 with 1.jpg to 3.jpg, and garden/v2 with 3.jpg and 4.jpg."""
    version(shop, "v1", {"1.jpg": [APPLE], "2.jpg": [], "3.jpg": [APPLE]})
    return shop, version(shop, "v2", {"3.jpg": [APPLE], "4.jpg": [APPLE]}, "garden")


def origins(shop: Workshop, version_id: UUID) -> list[OriginView]:
    with shop.db.read() as read:
        found = versions.get(read, shop.house.organization_id, version_id)
        return version_view(read, found).origins


def told(shop: Workshop, version_id: UUID) -> Told:
    """The kind of each origin, whether it made the version, and its sources by name."""
    return [
        (
            origin.kind.value,
            origin.made,
            [
                f"{one.dataset.name}/{one.name}{' removed' if one.removed else ''}"
                for one in origin.sources
            ],
        )
        for origin in origins(shop, version_id)
    ]


def end(shop: Workshop, run: Run) -> None:
    settle(shop.db, run.run_id, Exit(exit_code=0))


def test_a_fork_says_what_it_was_made_from_and_by_which_job(two: tuple[Workshop, UUID]) -> None:
    shop, _ = two
    fork, job, run = launch_fork(shop.context, shop.actor, shop.version_id, Fork(name="fork"))
    shop.run(run)
    assert told(shop, fork.version_id) == [("fork", True, ["fruits/v1"])]
    [origin] = origins(shop, fork.version_id)
    assert (origin.job.id, origin.job.run_id, origin.job.name) == (job.job_id, run.run_id, job.name)
    assert told(shop, shop.version_id) == []


def test_a_fork_that_is_run_again_under_another_name_is_one_too(
    two: tuple[Workshop, UUID],
) -> None:
    shop, _ = two
    _, job, run = launch_fork(shop.context, shop.actor, shop.version_id, Fork(name="fork"))
    shop.run(run)
    end(shop, run)
    again = shop.run(rerun(shop.db, job.job_id, shop.actor, {"name": "second"}))
    assert again.result is not None
    second = UUID(again.result["outputs"][0]["id"])
    assert told(shop, second) == [("fork", True, ["fruits/v1"])]
    assert shop.version_of(second).type == shop.version.type
    assert shop.version_of(second).forked_from == shop.version_id


def test_a_fork_that_failed_and_is_run_again_of_another_version_is_of_that_one(
    two: tuple[Workshop, UUID],
) -> None:
    shop, other = two
    asked = Fork(name="fork", pictures=Pictures(labels=["apple"]))
    fork, job, run = launch_fork(shop.context, shop.actor, shop.version_id, asked)
    settle(shop.db, run.run_id, Exit(exit_code=1))
    inputs = {"source_version_id": str(other)}
    again = shop.run(rerun(shop.db, job.job_id, shop.actor, inputs=inputs))
    assert told(shop, fork.version_id) == [("fork", True, ["garden/v2"])]
    assert shop.version_of(fork.version_id).forked_from == other
    [origin] = origins(shop, fork.version_id)
    assert origin.job.run_id == again.run_id


def test_a_merge_has_all_of_its_sources_in_their_order(two: tuple[Workshop, UUID]) -> None:
    shop, other = two
    third = version(shop, "v3", {"5.jpg": []})
    new = made(do(shop, Merge(versions=["garden/v2", "fruits/v3"], name="all")), "all")
    assert told(shop, new) == [("merge", True, ["fruits/v1", "garden/v2", "fruits/v3"])]
    do(shop, Merge(versions=["garden/v2"]), third)
    assert told(shop, third) == [("merge", False, ["garden/v2"])]
    assert told(shop, other) == []


def test_the_parts_of_a_split_come_from_the_whole(two: tuple[Workshop, UUID]) -> None:
    shop, _ = two
    result = do(shop, Split(parts={"train": 0.6, "test": 0.4}))
    for part in ("train", "test"):
        assert told(shop, made(result, part)) == [("split", True, ["fruits/v1"])]
    do(shop, Split(parts={"a": 0.5, "b": 0.5}, into=Into.TAGS))
    do(shop, Tag(add=["seen"]))
    assert told(shop, shop.version_id) == []


def test_copies_and_shapes_are_told_in_the_order_in_which_they_came_until_they_are_undone(
    two: tuple[Workshop, UUID],
) -> None:
    shop, other = two
    copied = launch(shop, Copy(source="fruits/v1"), other)
    shop.run(copied)
    third = version(shop, "v3", {"3.jpg": [("plum", "rectangle", BOX)]})
    shapes = launch(shop, ImportShapes(source="fruits/v3"), other)
    shop.run(shapes)
    end(shop, copied)
    end(shop, shapes)
    both: Told = [("copy", False, ["fruits/v1"]), ("import_shapes", False, ["fruits/v3"])]
    assert told(shop, other) == both
    undo = launch_undo_of_run(shop.context, shop.actor, shapes.run_id)[1]
    shop.run(undo)
    end(shop, undo)
    assert told(shop, other) == both[:1]
    datasets.remove_version(shop.db, shop.actor, shop.version_id)
    assert told(shop, other) == [("copy", False, ["fruits/v1 removed"])]
    assert told(shop, third) == []


def test_a_copy_that_is_run_again_is_one_origin_unless_it_takes_of_another(
    two: tuple[Workshop, UUID],
) -> None:
    shop, other = two
    first = launch(shop, Copy(source="fruits/v1"), other)
    shop.run(first)
    end(shop, first)
    version(shop, "v1", {"6.jpg": []})
    again = rerun(shop.db, first.job_id, shop.actor)
    shop.run(again)
    end(shop, again)
    assert told(shop, other) == [("copy", False, ["fruits/v1"])]
    third = version(shop, "v3", {"5.jpg": []})
    shop.run(rerun(shop.db, first.job_id, shop.actor, inputs={"source": str(third)}))
    assert told(shop, other) == [("copy", False, ["fruits/v1"]), ("copy", False, ["fruits/v3"])]


def test_what_a_script_makes_comes_from_the_version_that_its_job_is_about(
    two: tuple[Workshop, UUID],
) -> None:
    shop, other = two
    target = Target(TargetType.DATASET_VERSION, shop.version_id, "fruits/v1", shop.version.path)
    run = started(shop.db, shop.house, type=JobType.PROCESSING, target=target)
    with shop.db.transaction() as tx:
        by = Author(shop.house.member, run.run_id)
        house, whole = shop.house, shop.version
        new = versions.add(tx, house.organization_id, whole.dataset_id, "turned", by=by)
        described = versions.open_to_write(tx, house.organization_id, other, alone=True)
        versions.change(tx, described, by=by, description="seen")
    assert told(shop, new.version_id) == [("processing", True, ["fruits/v1"])]
    with shop.db.read() as read:
        name = jobs.get(read, shop.house.organization_id, run.job_id).name
    assert origins(shop, new.version_id)[0].job.name == name
    assert told(shop, other) == []
