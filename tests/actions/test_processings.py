"""Processings: registered from packages, launched with what fits, refused with what would."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from safelight.actions import processings
from safelight.actions.context import Context
from safelight.actions.packages import unpack
from safelight.actions.processings import Wish, launch_processing, register
from safelight.domain.datasets import InferenceType
from safelight.domain.jobs import Resources, TargetType
from safelight.domain.parameters import Input, InputType
from safelight.errors import Conflict, Denied, Invalid, NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import datalakes, jobs, models, schema, versions
from safelight.store import processings as stored
from safelight.store.db import Database
from safelight.store.models import NewVersion
from safelight.store.processings import NewProcessing, Processing, Source
from tests.factories import House, add_house
from tests.packages import (
    PROCESSING,
    actor,
    add_version,
    context_with_blobs,
    official_archive,
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
def rotate(context: Context, house: House) -> Processing:
    return register(context, actor(house), processing_archive()).processing


def wish(target: object, **given: object) -> Wish:
    values = {"inputs": {"target_version_name": "rotated"}, **given}
    return Wish(str(target), **values)  # type: ignore[arg-type]


def test_a_package_becomes_a_processing_and_the_same_name_is_replaced(
    db: Database, context: Context, house: House, rotate: Processing
) -> None:
    changed = processing_archive(PROCESSING.replace("default = 45", "default = 90"))
    again = register(context, actor(house), changed).processing
    assert again.processing_id == rotate.processing_id
    assert (rotate.default_parameters, again.default_parameters) == ({"angle": 45}, {"angle": 90})
    assert again.source != rotate.source
    with db.read() as read:
        assert len(stored.of_organization(read, house.organization_id)) == 1


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_adding_code_that_runs_on_this_machine_needs_an_admin(
    context: Context, house: House, role: str
) -> None:
    with pytest.raises(Denied):
        register(context, actor(house, role), processing_archive())


def test_a_training_is_no_processing(context: Context, house: House) -> None:
    with pytest.raises(Invalid, match="add it as a training"):
        register(context, actor(house), training_archive())


def test_what_ships_is_not_a_users_to_replace_or_remove(context: Context, house: House) -> None:
    entries = unpack(processing_archive())
    shipped = processings.register_entries(
        context, house.organization_id, entries, is_public=True
    ).processing
    for act in (
        lambda: register(context, actor(house), processing_archive()),
        lambda: processings.remove(context, actor(house), shipped.processing_id),
        lambda: processings.change(context, actor(house), shipped.processing_id, name="mine"),
    ):
        with pytest.raises(NameTaken, match="ships with Safelight"):
            act()


def test_a_launch_keeps_what_it_was_given_and_seals_what_is_secret(
    db: Database, context: Context, house: House, rotate: Processing
) -> None:
    version = add_version(db, house)
    job, run = launch_processing(
        context,
        actor(house, "member"),
        rotate.processing_id,
        wish("apples/v1", parameters={"angle": "30", "key": "hush"}, resources={"memory": "1GiB"}),
    )
    assert (job.name, job.target and job.target.id) == ("rotate", version.version_id)
    assert job.target is not None
    assert job.target.type is TargetType.DATASET_VERSION
    assert run.parameters == {"angle": 30}
    assert run.secrets is not None
    assert b"hush" not in run.secrets
    assert context.sealer.unseal(run.secrets) == {"key": "hush"}
    assert run.inputs == {"target_version_name": "rotated"}
    assert run.resources == Resources(cpu=2, memory=1024**3)
    assert run.source == {"package": rotate.source.package_hash}
    assert run.engine == "local"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"parameters": {"angle": 400}}, r"parameters\.angle must be an integer from 0 to 360"),
        ({"parameters": {"angel": 4}}, r"parameters\.angel is not a parameter; there is angle"),
        ({"inputs": {}}, r"inputs\.target_version_name is required"),
        ({"resources": {"memory": "much"}}, r"resources\.memory must be as"),
        ({"asset_ids": [uuid7()]}, "asset_ids names assets that are not in this version"),
    ],
)
def test_a_launch_that_does_not_fit_is_refused_and_nothing_is_launched(
    db: Database,
    context: Context,
    house: House,
    rotate: Processing,
    given: dict[str, object],
    says: str,
) -> None:
    add_version(db, house)
    with pytest.raises(Invalid, match=says):
        launch_processing(
            context, actor(house, "member"), rotate.processing_id, wish("apples/v1", **given)
        )
    with db.read() as read:
        assert read.first(select(schema.job)) is None


def test_a_viewer_launches_nothing(
    db: Database, context: Context, house: House, rotate: Processing
) -> None:
    add_version(db, house)
    with pytest.raises(Denied):
        launch_processing(context, actor(house, "viewer"), rotate.processing_id, wish("apples/v1"))


def test_neither_processing_nor_target_of_another_organization_can_be_launched(
    db: Database, context: Context, house: House, rotate: Processing
) -> None:
    stranger = add_house(db, "stranger")
    theirs = add_version(db, stranger)
    mine = add_version(db, house)
    with pytest.raises(NotFound):
        launch_processing(context, actor(stranger), rotate.processing_id, wish(theirs.version_id))
    with pytest.raises(NotFound):
        launch_processing(context, actor(house), rotate.processing_id, wish(theirs.version_id))
    assert mine.version_id != theirs.version_id


def test_an_output_version_that_exists_is_refused_with_a_free_name(
    db: Database, context: Context, house: House, rotate: Processing
) -> None:
    add_version(db, house)
    add_version(db, house, name="rotated")
    with pytest.raises(NameTaken) as refused:
        launch_processing(context, actor(house), rotate.processing_id, wish("apples/v1"))
    assert refused.value.facts["proposal"] == "rotated-2"


@pytest.mark.parametrize("kind", ["DATA_AUGMENTATION", "DATASET_VERSION_CREATION"])
def test_official_packages_find_their_output_version_made(
    db: Database, context: Context, house: House, kind: str
) -> None:
    version = add_version(db, house, type=InferenceType.SEGMENTATION)
    hello = register(context, actor(house), official_archive(kind)).processing
    official = wish(version.version_id, official=True)
    _, run = launch_processing(context, actor(house), hello.processing_id, official)
    with db.read() as read:
        made = versions.find(read, house.organization_id, version.dataset_id, "rotated")
    assert made is not None
    inherited = kind == "DATA_AUGMENTATION"
    assert made.type == ("SEGMENTATION" if inherited else "NOT_CONFIGURED")
    assert run.inputs["target_version_name"] == "rotated"
    launch_processing(context, actor(house), hello.processing_id, official)
    with pytest.raises(NameTaken):
        launch_processing(context, actor(house), hello.processing_id, wish(version.version_id))


def test_a_repeated_launch_with_one_key_is_the_same_job(
    db: Database, context: Context, house: House
) -> None:
    add_version(db, house)
    hello = register(context, actor(house), official_archive()).processing
    once = wish("apples/v1", idempotency_key="k1")
    first, _ = launch_processing(context, actor(house), hello.processing_id, once)
    again, _ = launch_processing(context, actor(house), hello.processing_id, once)
    assert first.job_id == again.job_id


def test_an_image_is_launched_in_a_container_with_whatever_it_is_given(
    db: Database, context: Context, house: House
) -> None:
    new = NewProcessing(
        "tagger",
        TargetType.DATALAKE,
        Source(docker_image="picsellia/tagger", docker_tag="1.0"),
        default_parameters={"threshold": 0.5},
    )
    tagger = processings.add_image(context, actor(house), new)
    given = Wish(
        "default", parameters={"threshold": "0.7", "more": 1}, inputs={"target_datalake_name": "b"}
    )
    job, run = launch_processing(context, actor(house, "member"), tagger.processing_id, given)
    assert (run.engine, run.source["image"], run.source["tag"]) == (
        "container",
        "picsellia/tagger",
        "1.0",
    )
    assert run.parameters == {"threshold": 0.7, "more": 1}
    with db.read() as read:
        made = datalakes.find(read, house.organization_id, "b")
    assert made is not None
    assert run.inputs["output_datalake_id"] == str(made.datalake_id)
    assert job.target is not None
    assert job.target.path == f"/datalake/{house.datalake_id}"


def test_inputs_that_name_objects_are_checked_and_become_ids(
    db: Database, context: Context, house: House
) -> None:
    add_version(db, house)
    with db.transaction() as tx:
        model = models.add(tx, house.organization_id, "detector")
        version = models.add_version(tx, model, NewVersion(framework="ONNX"), house.member)
    new = NewProcessing(
        "pre", TargetType.DATASET_VERSION, Source(docker_image="pre", docker_tag="1")
    )
    declared = [Input("model", InputType.MODEL_VERSION, framework_constraint="ONNX")]
    pre = processings.add_image(context, actor(house), new, declared)
    _, run = launch_processing(
        context,
        actor(house),
        pre.processing_id,
        Wish("apples/v1", inputs={"model": "detector/v0"}),
    )
    assert UUID(run.inputs["model"]) == version.model_version_id
    with db.transaction() as tx:
        models.replace_version(tx, version, NewVersion(framework="PYTORCH"))
    for named, says in (
        ("detector/v0", "must be of framework ONNX, but detector/v0 is PYTORCH"),
        ("detector/v9", "There is no model version 'detector/v9'"),
    ):
        with pytest.raises(Invalid, match=says):
            launch_processing(
                context, actor(house), pre.processing_id, Wish("apples/v1", inputs={"model": named})
            )


def test_another_image_becomes_the_source_of_a_package(
    context: Context, house: House, rotate: Processing
) -> None:
    image = Source(docker_image="other", docker_tag="2")
    changed = processings.change(context, actor(house), rotate.processing_id, source=image)
    assert changed.source == image


def test_a_removed_processing_leaves_its_jobs(
    db: Database, context: Context, house: House, rotate: Processing
) -> None:
    add_version(db, house)
    job, _ = launch_processing(context, actor(house), rotate.processing_id, wish("apples/v1"))
    processings.remove(context, actor(house), rotate.processing_id)
    with db.read() as read:
        kept = jobs.get(read, house.organization_id, job.job_id)
        assert kept.processing_id is None
        with pytest.raises(NotFound):
            stored.get(read, house.organization_id, rotate.processing_id)


def test_a_name_is_given_once(context: Context, house: House) -> None:
    new = NewProcessing("a", TargetType.DATALAKE, Source(docker_image="x", docker_tag="1"))
    processings.add_image(context, actor(house), new)
    with pytest.raises(Conflict):
        processings.add_image(context, actor(house), new)
