"""Query parameters that a route does not know."""

from __future__ import annotations

import pytest

from tests.factories import House
from tests.web import Site


@pytest.mark.parametrize("path", ["jobs", "jobs/counts", "datasets"])
def test_a_misspelt_filter_is_refused_and_not_ignored(site: Site, house: House, path: str) -> None:
    refused = site.as_(house).get(f"/api/v1/{path}", params={"afterr": "x"})
    assert refused.status_code == 400
    assert refused.json()["message"].startswith("There is no query parameter 'afterr' here.")
    assert refused.json()["detail"]["field"] == "afterr"


def test_the_refusal_names_what_was_probably_meant(site: Site, house: House) -> None:
    refused = site.as_(house).get("/api/v1/jobs", params={"statsu": "FAILED"})
    assert "Did you mean 'status'?" in refused.json()["message"]
    assert "search" in refused.json()["detail"]["known"]


def test_an_organization_may_be_named_in_any_address(site: Site, house: House) -> None:
    assert site.as_(house).get("/api/v1/jobs?organization=orchard").status_code == 200


def test_the_wire_of_the_official_clients_takes_what_they_send(site: Site, house: House) -> None:
    path = f"/api/organization/{house.organization_id}/datalakes?never_heard_of=1"
    assert site.as_(house).get(path).status_code == 200
