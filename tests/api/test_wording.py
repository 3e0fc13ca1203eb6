"""How a request that does not fit is refused: the field, what it must be, and what it was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import House
from tests.web import Site


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        (
            "GET",
            "/api/v1/jobs?limit=900",
            None,
            "limit must be less than or equal to 200, not '900'.",
        ),
        (
            "GET",
            "/api/v1/jobs?type=nope",
            None,
            "type must be 'PROCESSING', 'TRAINING' or 'INTERNAL', not 'nope'.",
        ),
        ("POST", "/api/v1/datasets", {}, "name is missing."),
        (
            "POST",
            "/api/v1/datasets",
            {"name": 5},
            "name must be a valid string, not 5.",
        ),
        (
            "POST",
            "/api/v1/jobs/bulk",
            {"action": "stop", "filter": {"statsu": "FAILED"}},
            "filter.statsu is not known here.",
        ),
        ("GET", "/api/v1/runs/zzz", None, "run_id must be a valid UUID"),
    ],
)
def test_a_refusal_names_the_field_and_what_it_must_be(
    site: Site, house: House, method: str, path: str, body: Any, message: str
) -> None:
    refused = site.as_(house).request(method, path, json=body)
    assert refused.status_code == 400
    assert refused.json()["message"].startswith(message)


def test_what_is_no_json_is_said_to_be_none(site: Site, house: House) -> None:
    refused = site.as_(house).post(
        "/api/v1/datasets", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert refused.status_code == 400
    assert "is not JSON" in refused.json()["message"]
