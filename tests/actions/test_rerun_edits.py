"""What a re-run changes is held against the rules of the launch, and secrets stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.actions import processings, trainings
from safelight.actions.context import Context
from safelight.actions.experiments import create, launch_experiment, parameters_of
from safelight.actions.processings import Wish, launch_processing, register
from safelight.actions.rerun import rerun
from safelight.actions.settle import settle
from safelight.domain.jobs import Exit
from safelight.errors import Invalid
from safelight.store import projects
from safelight.store.db import Database
from safelight.store.jobs import Job
from tests.factories import House, add_house
from tests.packages import (
    PROCESSING,
    actor,
    add_version,
    context_with_blobs,
    processing_archive,
    training_archive,
)


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


@pytest.fixture
def context(db: Database, tmp_path: Path) -> Context:
    return context_with_blobs(db, tmp_path)


@pytest.fixture
def ended(db: Database, context: Context, house: House) -> Job:
    """A job that was launched with a secret and has failed."""
    add_version(db, house)
    rotate = register(context, actor(house), processing_archive()).processing
    job, run = launch_processing(
        context,
        actor(house),
        rotate.processing_id,
        Wish(
            "apples/v1",
            parameters={"angle": 30, "key": "hush"},
            inputs={"target_version_name": "rotated"},
        ),
    )
    settle(db, run.run_id, Exit(exit_code=1))
    return job


def test_a_change_is_read_by_its_rule_and_the_rest_is_as_it_was(
    db: Database, context: Context, house: House, ended: Job
) -> None:
    run = rerun(db, ended.job_id, actor(house), {"angle": "60"}, sealer=context.sealer)
    assert run.parameters == {"angle": 60}
    assert run.inputs == {"target_version_name": "rotated"}
    assert run.secrets is not None
    assert context.sealer.unseal(run.secrets) == {"key": "hush"}


@pytest.mark.parametrize(
    ("parameters", "inputs", "says"),
    [
        ({"angle": 400}, {}, r"parameters\.angle must be an integer from 0 to 360"),
        ({"angel": 4}, {}, r"parameters\.angel is not a parameter"),
        ({}, {"target_version_name": 7}, r"inputs\.target_version_name must be a text"),
    ],
)
def test_a_change_that_does_not_fit_adds_no_run(
    db: Database,
    context: Context,
    house: House,
    ended: Job,
    parameters: dict[str, object],
    inputs: dict[str, object],
    says: str,
) -> None:
    with pytest.raises(Invalid, match=says):
        rerun(db, ended.job_id, actor(house), parameters, inputs, sealer=context.sealer)
    assert rerun(db, ended.job_id, actor(house)).number == 2


def test_a_new_secret_is_sealed_as_the_first_was(
    db: Database, context: Context, house: House, ended: Job
) -> None:
    run = rerun(db, ended.job_id, actor(house), {"key": "whisper"}, sealer=context.sealer)
    assert "key" not in run.parameters
    assert run.secrets is not None
    assert context.sealer.unseal(run.secrets) == {"key": "whisper"}


def test_a_job_whose_processing_changed_or_went_runs_again_as_it_was(
    db: Database, context: Context, house: House, ended: Job
) -> None:
    changed = PROCESSING.replace("parameters.angle", "parameters.degrees")
    register(context, actor(house), processing_archive(changed))
    run = rerun(db, ended.job_id, actor(house), {"angle": 60}, sealer=context.sealer)
    assert run.parameters == {"angle": 60}
    settle(db, run.run_id, Exit(exit_code=1))
    assert ended.processing_id is not None
    processings.remove(context, actor(house), ended.processing_id)
    assert rerun(db, ended.job_id, actor(house)).parameters == {"angle": 60}


def test_the_experiment_has_the_parameters_of_its_newest_run(
    db: Database, context: Context, house: House
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
    settle(db, run.run_id, Exit(exit_code=0))
    again = rerun(db, job.job_id, actor(house), {"epochs": "9"}, sealer=context.sealer)
    assert again.parameters == {"epochs": 9}
    with db.read() as read:
        assert parameters_of(read, experiment.experiment_id) == {"epochs": 9}
    settle(db, again.run_id, Exit(exit_code=0))
    with pytest.raises(Invalid, match="at least 1"):
        rerun(db, job.job_id, actor(house), {"epochs": 0}, sealer=context.sealer)
