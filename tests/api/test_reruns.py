"""The routes around running a job again: its form, its check, the launch."""

from __future__ import annotations

import pytest

from safelight.actions.processings import Wish, launch_processing, register
from safelight.actions.settle import settle
from safelight.api.job_views import RunView
from safelight.api.reruns import CheckView, FormView
from safelight.domain.jobs import Exit
from safelight.store.db import Database
from safelight.store.jobs import Job
from tests.factories import House
from tests.packages import actor, add_version, processing_archive
from tests.web import Site


@pytest.fixture
def job(db: Database, site: Site, house: House) -> Job:
    """A job of the house's member that has failed."""
    add_version(db, house)
    rotate = register(site.context, actor(house), processing_archive()).processing
    wish = Wish(
        "apples/v1",
        parameters={"angle": 30, "key": "hush"},
        inputs={"target_version_name": "rotated"},
    )
    job, run = launch_processing(site.context, actor(house, "member"), rotate.processing_id, wish)
    settle(db, run.run_id, Exit(exit_code=1))
    return job


def test_the_form_of_a_run_names_its_secrets_and_never_shows_them(
    site: Site, house: House, job: Job
) -> None:
    answer = site.as_(house).get(f"/api/v1/runs/{job.latest_run_id}/form")
    view = FormView.model_validate_json(answer.content)
    assert (view.parameters["angle"].type, view.parameters["angle"].max) == ("integer", 360)
    assert [each.name for each in view.inputs] == ["target_version_name"]
    assert (view.secrets, view.closed) == (["key"], True)
    assert "hush" not in answer.text


def test_a_check_tells_field_and_reason_and_adds_no_run(site: Site, house: House, job: Job) -> None:
    client = site.as_(house)
    body = {"parameters": {"angle": 400}, "resources": {"memory": "4 GiB"}}
    answer = client.post(f"/api/v1/jobs/{job.job_id}/rerun/check", json=body)
    view = CheckView.model_validate_json(answer.content)
    assert view.model_dump(mode="json") == answer.json()
    assert [(each.field, each.message) for each in view.problems] == [
        (
            "parameters.angle",
            "parameters.angle must be an integer from 0 to 360, not 400.",
        )
    ]
    assert client.get(f"/api/v1/jobs/{job.job_id}").json()["runs"] == 1


def test_an_edited_re_run_with_a_wrong_type_is_refused_with_its_field(
    site: Site, house: House, job: Job
) -> None:
    client = site.as_(house)
    path = f"/api/v1/jobs/{job.job_id}/rerun"
    answer = client.post(path, json={"parameters": {"angle": "steep"}})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["detail"]["field"] == "parameters.angle"
    assert "must be an integer from 0 to 360, not 'steep'" in answer.json()["message"]
    assert client.post(path, json={"resources": {"cpu": "many"}}).status_code == 400
    assert client.get(f"/api/v1/jobs/{job.job_id}").json()["runs"] == 1


def test_a_run_like_an_earlier_one_is_launched(site: Site, house: House, job: Job) -> None:
    client = site.as_(house)
    path = f"/api/v1/jobs/{job.job_id}/rerun"
    answer = client.post(path, json={"parameters": {"angle": 60}, "like": 1})
    view = RunView.model_validate_json(answer.content)
    assert (answer.status_code, view.number, view.parameters) == (201, 2, {"angle": 60})
    assert client.post(path).json()["code"] == "live_run"
