"""What is told of a re-run before it is launched: all that does not fit, and what is not as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from safelight.actions import processings, trainings
from safelight.actions.context import Context
from safelight.actions.drift import Drift
from safelight.actions.experiments import create, launch_experiment
from safelight.actions.processings import Wish, launch_processing, register
from safelight.actions.rerun import rerun
from safelight.actions.rerun_check import Check, Edit, Problem, check, form
from safelight.actions.settle import settle
from safelight.domain.jobs import Exit
from safelight.errors import Denied, Invalid, NotFound
from safelight.store import experiments, projects, runs, versions
from safelight.store.changes import Author
from safelight.store.db import Database
from safelight.store.jobs import Job
from safelight.store.versions import Version
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import launched
from tests.packages import (
    PROCESSING,
    actor,
    add_version,
    context_with_blobs,
    processing_archive,
    training_archive,
)

WITH_REFERENCE = PROCESSING + '[inputs.also]\ntype = "DATASET_VERSION"\nrequired = false\n'


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


@pytest.fixture
def context(db: Database, tmp_path: Path) -> Context:
    return context_with_blobs(db, tmp_path)


@pytest.fixture
def version(db: Database, house: House) -> Version:
    return add_version(db, house)


@pytest.fixture
def other(db: Database, house: House) -> Version:
    return add_version(db, house, "pears")


@pytest.fixture
def ended(
    db: Database,
    context: Context,
    house: House,
    version: Version,
    other: Version,
    clock: FakeClock,
) -> Job:
    """A job that was launched with a secret and an input that is an object, and has failed."""
    rotate = register(context, actor(house), processing_archive(WITH_REFERENCE)).processing
    clock.advance(1)
    job, run = launch_processing(
        context,
        actor(house),
        rotate.processing_id,
        Wish(
            "apples/v1",
            parameters={"angle": 30, "key": "hush"},
            inputs={"target_version_name": "rotated", "also": "pears/v1"},
        ),
    )
    settle(db, run.run_id, Exit(exit_code=1))
    clock.advance(1)
    return job


@pytest.fixture
def checked(db: Database, context: Context, house: House, ended: Job) -> Any:
    def ask(**given: Any) -> Check:
        return check(db, ended.job_id, actor(house), Edit(**given), sealer=context.sealer)

    return ask


def change(db: Database, house: House, version: Version, run_id: UUID | None = None) -> None:
    """Somebody, or a run, changes a version."""
    with db.transaction() as tx:
        by = Author(house.admin, run_id)
        versions.change(tx, version, by=by, description=f"by {run_id or house.admin}")


def test_nothing_is_told_where_all_is_as_it_was(checked: Any) -> None:
    assert checked() == Check([], [])


def test_every_value_that_does_not_fit_is_told_at_once(checked: Any) -> None:
    found = checked(
        parameters={"angle": "steep", "angel": 4},
        inputs={"also": "pears/v9"},
        resources={"memory": "much", "cpu": 2},
    )
    assert [each.field for each in found.problems] == [
        "parameters.angle",
        "parameters.angel",
        "inputs.also",
        "resources.memory",
    ]
    assert found.problems[0].message == (
        "parameters.angle must be an integer from 0 to 360, not 'steep'."
    )


def test_terms_that_cannot_be_given_are_told_as_well(
    db: Database, context: Context, house: House, ended: Job, checked: Any
) -> None:
    found = checked(terms={"priority": 101}, resources={"cpu": "many"})
    assert [each.field for each in found.problems] == ["resources.cpu", "priority"]
    retry = {"kinds": ["lost"], "times": 21}
    assert [each.field for each in checked(terms={"retry": retry}).problems] == ["retry.times"]
    assert checked(terms={"priority": 100, "retry": None}).problems == []
    job, run = launched(db, house)
    settle(db, run.run_id, Exit(exit_code=1))
    edit = Edit(terms={"priority": 1})
    [problem] = check(db, job.job_id, actor(house, "member"), edit, sealer=context.sealer).problems
    assert problem == Problem("priority", "The role member may give priorities from -100 to 0.")


def test_a_taken_output_name_proposes_another(
    db: Database, house: House, ended: Job, checked: Any
) -> None:
    add_version(db, house, "apples", "rotated")
    assert checked().problems == [
        Problem(
            "inputs.target_version_name",
            "apples has a version rotated already. rotated-2 is free.",
            "rotated-2",
        )
    ]
    assert checked(inputs={"target_version_name": "rotated-2"}).problems == []


def test_a_check_launches_nothing(db: Database, ended: Job, checked: Any) -> None:
    checked(parameters={"angle": 60})
    with db.read() as read:
        assert runs.newest(read, ended.job_id).number == 1


def test_another_package_since_is_told(
    context: Context, house: House, ended: Job, checked: Any
) -> None:
    register(context, actor(house), processing_archive(WITH_REFERENCE, "print('otherwise')"))
    [found] = checked().warnings
    assert (found.field, found.kind) == ("source", "changed")
    assert found.message.startswith("rotate has the package ")
    assert "run 1's package" in found.message


def test_a_removed_processing_is_told(
    context: Context, house: House, ended: Job, checked: Any
) -> None:
    assert ended.processing_id is not None
    processings.remove(context, actor(house), ended.processing_id)
    [found] = checked().warnings
    assert (found.field, found.kind) == ("source", "vanished")


def test_a_target_and_an_input_that_were_changed_are_told(
    db: Database, house: House, version: Version, other: Version, checked: Any
) -> None:
    change(db, house, version)
    change(db, house, other)
    assert checked().warnings == [
        Drift("target", "changed", "apples/v1 was changed since run 1 was launched."),
        Drift("inputs.also", "changed", "pears/v1 was changed since run 1 was launched."),
    ]


def test_what_the_job_changed_itself_is_no_warning(
    db: Database, house: House, version: Version, ended: Job, checked: Any
) -> None:
    change(db, house, version, ended.latest_run_id)
    assert checked().warnings == []


def test_a_removed_target_is_told(
    db: Database, house: House, version: Version, checked: Any
) -> None:
    with db.transaction() as tx:
        versions.remove(tx, version, by=Author(house.admin))
    [found] = checked().warnings
    assert (found.field, found.kind) == ("target", "vanished")
    assert found.message == "apples/v1 was removed since."


def test_an_input_that_is_replaced_is_not_warned_of(
    db: Database, house: House, other: Version, checked: Any
) -> None:
    change(db, house, other)
    add_version(db, house, "plums")
    assert checked(inputs={"also": "apples/v1"}).warnings == []


def test_a_locked_target_is_told(
    db: Database, house: House, version: Version, checked: Any
) -> None:
    with db.transaction() as tx:
        versions.lock(tx, house.organization_id, version.version_id, house.admin)
    assert checked().warnings == [
        Drift("target", "locked", "apples/v1 is locked by orchard-admin.")
    ]


def test_other_datasets_of_an_experiment_are_told(
    db: Database, context: Context, house: House, version: Version
) -> None:
    digits = trainings.register(context, actor(house), training_archive()).version
    with db.transaction() as tx:
        project = projects.add(tx, house.organization_id, "reading")
    experiment = create(
        context,
        actor(house),
        project.project_id,
        "first",
        base_model_version_id=digits.model_version_id,
    )
    job, run = launch_experiment(context, actor(house), experiment.experiment_id)
    settle(db, run.run_id, Exit(exit_code=1))
    with db.transaction() as tx:
        experiments.attach(tx, experiment, "train", version.version_id)
    found = check(db, job.job_id, actor(house), Edit(), sealer=context.sealer)
    assert [(each.field, each.kind) for each in found.warnings] == [("inputs.datasets", "changed")]


# --- an earlier run as the model ------------------------------------------------------------------


def test_a_re_run_like_an_earlier_one_has_its_values(
    db: Database, context: Context, house: House, ended: Job
) -> None:
    second = rerun(
        db, ended.job_id, actor(house), {"angle": 60}, resources={"cpu": 3}, sealer=context.sealer
    )
    assert second.resources.cpu == 3
    settle(db, second.run_id, Exit(exit_code=1))
    third = rerun(db, ended.job_id, actor(house), {}, like=1, sealer=context.sealer)
    assert (third.number, third.parameters, third.resources.cpu) == (3, {"angle": 30}, 2)
    settle(db, third.run_id, Exit(exit_code=1))
    with pytest.raises(NotFound, match="This job has no run 9"):
        rerun(db, ended.job_id, actor(house), like=9)


@pytest.mark.parametrize(
    ("resources", "field"),
    [
        ({"memory": "much"}, "resources.memory"),
        ({"cpu": True}, "resources.cpu"),
        ({"gpu": -1}, "resources.gpu"),
        ({"timeout": "0s"}, "resources.timeout"),
        ({"disks": 5}, "resources.disks"),
    ],
)
def test_resources_that_are_none_add_no_run(
    db: Database, house: House, ended: Job, resources: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        rerun(db, ended.job_id, actor(house), resources=resources)
    assert refusal.value.facts["field"] == field
    with db.read() as read:
        assert runs.newest(read, ended.job_id).number == 1


def test_resources_are_read_as_people_write_them_and_null_takes_a_limit_off(
    db: Database, house: House, ended: Job
) -> None:
    run = rerun(
        db, ended.job_id, actor(house), resources={"memory": "4 GiB", "timeout": "2h", "cpu": None}
    )
    assert (run.resources.memory, run.resources.timeout_s, run.resources.cpu) == (
        4 << 30,
        7200,
        None,
    )


# --- the form -------------------------------------------------------------------------------------


def test_the_form_has_the_rules_and_the_names_of_secrets_but_not_their_values(
    db: Database, context: Context, house: House, ended: Job
) -> None:
    with db.read() as read:
        found = form(read, context.sealer, ended, runs.newest(read, ended.job_id))
    assert set(found.rules.parameters) == {"angle", "key"}
    assert [each.name for each in found.rules.inputs] == ["target_version_name", "also"]
    assert (found.secrets, found.rules.closed) == (["key"], True)


def test_who_may_not_run_it_again_may_not_check_it(
    db: Database, context: Context, house: House, ended: Job
) -> None:
    for role in ("viewer", "member"):
        with pytest.raises(Denied):
            check(db, ended.job_id, actor(house, role), Edit(), sealer=context.sealer)
