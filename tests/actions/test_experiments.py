"""Trainings and experiments: registered, parametrised, launched, followed and reported."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from safelight.actions import experiments, trainings
from safelight.actions.context import Context
from safelight.actions.experiments import (
    create,
    keep_artifact,
    launch_experiment,
    log_metric,
    parameters_of,
)
from safelight.actions.settle import settle
from safelight.domain.jobs import Exit, JobType
from safelight.errors import Denied, Invalid, NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import experiments as stored
from safelight.store import metrics, models, projects, runs
from safelight.store.db import Database, Event
from safelight.store.experiments import Experiment
from safelight.store.models import ModelVersion
from tests.factories import House, add_house
from tests.packages import (
    TRAINING,
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
def digits(context: Context, house: House) -> ModelVersion:
    return trainings.register(context, actor(house), training_archive()).version


@pytest.fixture
def experiment(db: Database, context: Context, house: House, digits: ModelVersion) -> Experiment:
    version = add_version(db, house)
    with db.transaction() as tx:
        project = projects.add(tx, house.organization_id, "reading")
    return create(
        context,
        actor(house, "member"),
        project.project_id,
        "first",
        base_model_version_id=digits.model_version_id,
        parameters={"epochs": "5"},
        datasets={"train": version.version_id},
    )


def status(db: Database, experiment: Experiment) -> str:
    with db.read() as read:
        return stored.get(read, experiment.organization_id, experiment.experiment_id).status


def test_a_training_package_becomes_a_version_of_its_model(
    context: Context, house: House, digits: ModelVersion
) -> None:
    assert (digits.model.name, digits.name, digits.parameters) == ("digits", "v0", {"epochs": 3})
    assert digits.launchable
    again = trainings.register(context, actor(house), training_archive()).version
    assert again.model_version_id == digits.model_version_id
    changed = training_archive(TRAINING.replace("default = 3", "default = 9"))
    newer = trainings.register(context, actor(house), changed).version
    assert (newer.model, newer.number) == (digits.model, 1)


def test_a_processing_is_no_training_and_adding_one_needs_an_admin(
    context: Context, house: House
) -> None:
    with pytest.raises(Invalid, match="add it as a processing"):
        trainings.register(context, actor(house), processing_archive())
    with pytest.raises(Denied):
        trainings.register(context, actor(house, "member"), training_archive())


def test_what_ships_is_registered_in_every_organization_and_once(
    db: Database, context: Context, house: House
) -> None:
    other = add_house(db, "other")
    trainings.register_shipped(context)
    trainings.register_shipped(context)
    for each in (house, other):
        with db.read() as read:
            model = models.find(read, each.organization_id, "digits")
            assert model is not None
            assert model.is_public
            assert len(models.versions_of(read, model)) == 1
    with pytest.raises(NameTaken, match="ships with Safelight"):
        trainings.register(context, actor(house), training_archive())


def test_an_experiment_begins_with_the_parameters_of_its_training(
    db: Database, experiment: Experiment
) -> None:
    with db.read() as read:
        assert parameters_of(read, experiment.experiment_id) == {"epochs": 5}
        [attached] = stored.attached(read, experiment.experiment_id)
    assert (attached.alias, attached.dataset_name, attached.version_name) == (
        "train",
        "apples",
        "v1",
    )


def test_parameters_that_the_training_does_not_take_are_refused(
    context: Context, house: House, experiment: Experiment
) -> None:
    for given, says in (
        ({"epochs": 0}, "at least 1"),
        ({"epoch": 3}, "is not a parameter; there is epochs"),
    ):
        with pytest.raises(Invalid, match=says):
            launch_experiment(context, actor(house), experiment.experiment_id, parameters=given)


def test_the_status_of_an_experiment_follows_its_newest_run(
    db: Database, context: Context, house: House, experiment: Experiment
) -> None:
    job, run = launch_experiment(
        context, actor(house, "member"), experiment.experiment_id, parameters={"epochs": 7}
    )
    assert (job.type, run.parameters) == (JobType.TRAINING, {"epochs": 7})
    assert job.target is not None
    assert job.target.id == experiment.experiment_id
    with db.read() as read:
        assert parameters_of(read, experiment.experiment_id) == {"epochs": 7}
    assert status(db, experiment) == "WAITING"
    with db.transaction() as tx:
        runs.start(tx, run.run_id, alive_until=tx.now + 1)
    assert status(db, experiment) == "RUNNING"
    settle(db, run.run_id, Exit(exit_code=0))
    assert status(db, experiment) == "SUCCESS"


def test_a_new_run_begins_its_lines_anew_when_it_starts(
    db: Database, context: Context, house: House, experiment: Experiment
) -> None:
    who, where = actor(house, "member"), experiment.experiment_id
    log_metric(context, who, where, "loss", "LINE", [0.5, 0.4])
    log_metric(context, who, where, "matrix", "TABLE", {"a": 1})
    _, run = launch_experiment(context, who, where)
    with db.read() as read:
        assert metrics.find(read, where, "loss") is not None
    with db.transaction() as tx:
        runs.start(tx, run.run_id, alive_until=tx.now + 1)
    with db.read() as read:
        assert metrics.find(read, where, "loss") is None
        assert metrics.find(read, where, "matrix") is not None


def test_an_experiment_of_nothing_cannot_be_launched(
    db: Database, context: Context, house: House
) -> None:
    with db.transaction() as tx:
        project = projects.add(tx, house.organization_id, "reading")
    bare = create(context, actor(house), project.project_id, "bare", parameters={"any": [1]})
    with pytest.raises(Invalid, match="nothing to launch"):
        launch_experiment(context, actor(house), bare.experiment_id)


def test_a_line_grows_by_what_is_logged_and_other_metrics_are_replaced(
    db: Database, context: Context, house: House, experiment: Experiment
) -> None:
    heard: list[Event] = []
    db.on_events(heard.extend)
    who, where = actor(house, "member"), experiment.experiment_id
    log_metric(context, who, where, "val/loss", "LINE", 0.5)
    line = log_metric(context, who, where, "val/loss", "LINE", [0.4, 0.3])
    assert (line.points, line.data) == (3, 0.3)
    with db.read() as read:
        assert [point.value for point in metrics.points(read, line.metric_id)] == [0.5, 0.4, 0.3]
        assert [point.value for point in metrics.points(read, line.metric_id, after=2)] == [0.3]
    log_metric(context, who, where, "matrix", "TABLE", {"a": 1})
    assert log_metric(context, who, where, "matrix", "TABLE", {"b": 2}).data == {"b": 2}
    assert {event.kind for event in heard} == {"experiment_changed"}
    assert heard[0].facts == {"experiment_id": str(where)}


@pytest.mark.parametrize(
    ("name", "type", "data"),
    [
        ("a", "LINE", None),
        ("a", "LINE", ["x"]),
        ("a", "CURVE", 1),
        (" ", "LINE", 1),
        ("a", "LINE", True),
        ("parameters", "LINE", 1),
    ],
)
def test_a_metric_that_no_chart_could_show_is_refused(
    context: Context, house: House, experiment: Experiment, name: str, type: str, data: object
) -> None:
    with pytest.raises(Invalid):
        log_metric(context, actor(house), experiment.experiment_id, name, type, data)


def test_an_artifact_of_the_same_name_is_replaced_and_keeps_its_id(
    context: Context, house: House, experiment: Experiment
) -> None:
    who, where = actor(house, "member"), experiment.experiment_id
    first = keep_artifact(context, who, where, "weights", "w.npz", io.BytesIO(b"1"))
    second = keep_artifact(context, who, where, "weights", "w2.npz", io.BytesIO(b"22"))
    assert first.artifact_id == second.artifact_id
    assert (second.filename, second.size) == ("w2.npz", 2)
    assert context.blobs.read(second.object_name) == b"22"


def test_a_model_attached_later_gives_what_the_experiment_lacks(
    db: Database, context: Context, house: House, digits: ModelVersion
) -> None:
    with db.transaction() as tx:
        project = projects.add(tx, house.organization_id, "reading")
    late = create(context, actor(house), project.project_id, "late", parameters={"epochs": 9})
    args = (context, actor(house), late.experiment_id, digits.model_version_id)
    experiments.attach_model(*args)
    with db.read() as read:
        assert parameters_of(read, late.experiment_id) == {"epochs": 9}
    with pytest.raises(NameTaken):
        experiments.attach_model(*args)


def test_nothing_of_another_organization_can_be_built_on(
    db: Database, context: Context, house: House, experiment: Experiment, digits: ModelVersion
) -> None:
    stranger = add_house(db, "stranger")
    who = actor(stranger)
    with db.transaction() as tx:
        project = projects.add(tx, stranger.organization_id, "theirs")
    for act in (
        lambda: create(context, who, experiment.project_id, "x"),
        lambda: create(
            context, who, project.project_id, "x", base_model_version_id=digits.model_version_id
        ),
        lambda: create(context, who, project.project_id, "x", datasets={"train": uuid7()}),
        lambda: create(
            context, who, project.project_id, "x", base_experiment_id=experiment.experiment_id
        ),
        lambda: launch_experiment(context, who, experiment.experiment_id),
        lambda: log_metric(context, who, experiment.experiment_id, "a", "LINE", 1),
        lambda: keep_artifact(context, who, experiment.experiment_id, "a", "a", io.BytesIO()),
    ):
        with pytest.raises(NotFound):
            act()
