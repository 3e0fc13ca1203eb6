"""Coming in: cookies that scripts cannot read and other sites cannot use, tokens, members."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest

from safelight.actions import access
from safelight.store import events, experiments, models, projects, users
from safelight.store.db import Database
from safelight.store.models import NewVersion
from tests.factories import House, add_house
from tests.packages import add_version
from tests.web import Site


@pytest.fixture
def browser(site: Site, house: House) -> Iterator[httpx.Client]:
    """Logged in as the member by a link, as a page of this host."""
    with site.context.db.transaction() as tx:
        link = access.issue_link(tx, house.member)
    with httpx.Client(base_url=site.url, headers={"Origin": site.url}) as client:
        client.post("/api/v1/session", json={"link": link}).raise_for_status()
        yield client


def test_a_link_becomes_a_session_once(site: Site, house: House, browser: httpx.Client) -> None:
    session = browser.get("/api/v1/session").json()
    assert session["user"]["name"] == "orchard-member"
    assert session["organization"]["name"] == "orchard"
    assert session["role"] == "member"
    assert [each["name"] for each in session["organizations"]] == ["orchard"]
    with site.context.db.read() as read:
        assert session["event_number"] == events.last_number(read, house.organization_id)
    again = browser.post("/api/v1/session", json={"link": "used or wrong"})
    assert again.status_code == 401


def test_the_cookie_is_for_our_api_of_this_port_and_no_script(site: Site, house: House) -> None:
    with site.context.db.transaction() as tx:
        link = access.issue_link(tx, house.member)
    with site.client() as client:
        answer = client.post("/api/v1/session", json={"link": link}, headers={"Origin": site.url})
    cookie = answer.headers["set-cookie"]
    port = site.context.settings.port
    assert cookie.startswith(f"safelight_session_{port}=")
    for flag in ("HttpOnly", "SameSite=lax", "Path=/api/v1"):
        assert flag in cookie


def test_the_wire_takes_no_cookie(browser: httpx.Client) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    answer = browser.get("/api/home/ping", headers={"Cookie": cookie})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_write_from_another_site_is_refused(
    site: Site, browser: httpx.Client, origin: str
) -> None:
    body = {"name": "forged"}
    answer = browser.post("/api/v1/projects", json=body, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "denied")
    assert browser.get("/api/v1/projects").json()["items"] == []
    assert browser.post("/api/v1/projects", json=body).status_code == 201


def test_logging_out_ends_the_session_not_only_the_cookie(browser: httpx.Client) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    assert browser.delete("/api/v1/session").status_code == 204
    assert browser.get("/api/v1/session", headers={"Cookie": cookie}).status_code == 401


def test_a_password_is_set_in_a_session_and_opens_another(
    site: Site, house: House, browser: httpx.Client
) -> None:
    body = {"password": "open the shutter"}
    with site.as_(house) as client:
        assert client.put("/api/v1/session/password", json=body).status_code == 403
    assert browser.put("/api/v1/session/password", json={"password": "short"}).status_code == 400
    assert browser.put("/api/v1/session/password", json=body).status_code == 204
    with httpx.Client(base_url=site.url, headers={"Origin": site.url}) as client:
        named = {"name": "orchard-member", **body}
        assert client.post("/api/v1/session", json=named).status_code == 200
        wrong = client.post("/api/v1/session", json={**named, "password": "close the shutter"})
        unknown = client.post("/api/v1/session", json={**named, "name": "nobody"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


def test_too_many_wrong_passwords_have_to_wait(site: Site, house: House) -> None:
    with httpx.Client(base_url=site.url, headers={"Origin": site.url}) as client:
        body = {"name": "orchard-owner", "password": "guess"}
        answers = [client.post("/api/v1/session", json=body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "300"


def test_one_acts_in_the_organization_of_the_address(
    db: Database, site: Site, house: House, browser: httpx.Client
) -> None:
    other = add_house(db, "other house")
    with db.transaction() as tx:
        users.join(tx, other.organization_id, house.member, "viewer")
    asked = browser.get("/api/v1/session", headers={"X-Organization": "other%20house"}).json()
    assert (asked["organization"]["name"], asked["role"]) == ("other house", "viewer")
    assert len(asked["organizations"]) == 2


def test_tokens_are_shown_once_listed_and_revoked(site: Site, browser: httpx.Client) -> None:
    issued = browser.post("/api/v1/tokens", json={"name": "ci"}).json()["token"]
    [listed] = browser.get("/api/v1/tokens").json()["items"]
    assert issued not in str(listed)
    with site.client(issued) as client:
        assert client.get("/api/v1/session").json()["user"]["name"] == "orchard-member"
        assert browser.delete(f"/api/v1/tokens/{listed['id']}").status_code == 204
        assert client.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize("expires_at", ["tomorrow", "2001-01-01T00:00:00Z"])
def test_a_token_with_a_senseless_end_is_refused(browser: httpx.Client, expires_at: str) -> None:
    answer = browser.post("/api/v1/tokens", json={"name": "ci", "expires_at": expires_at})
    assert answer.status_code == 400


def test_members_are_listed_by_name(browser: httpx.Client) -> None:
    members = browser.get("/api/v1/members").json()["items"]
    assert [(each["name"], each["role"]) for each in members] == [
        ("orchard-admin", "admin"),
        ("orchard-member", "member"),
        ("orchard-owner", "owner"),
        ("orchard-viewer", "viewer"),
    ]


def test_short_addresses_of_other_tools_are_resolved(
    db: Database, house: House, browser: httpx.Client
) -> None:
    version = add_version(db, house)
    with db.transaction() as tx:
        model = models.add(tx, house.organization_id, "detector")
        model_version = models.add_version(tx, model, NewVersion(), None)
        project = projects.add(tx, house.organization_id, "reading")
        experiment = experiments.add(tx, house.organization_id, project.project_id, "first")
    d, v, p = version.dataset_id, version.version_id, project.project_id
    m, mv, e = model.model_id, model_version.model_version_id, experiment.experiment_id
    for short, full in {
        f"/dataset/{d}": f"/orchard/dataset/{d}",
        f"/dataset/version/{v}": f"/orchard/dataset/{d}/version/{v}/assets",
        f"/datalake/{house.datalake_id}": f"/orchard/datalake/{house.datalake_id}",
        f"/project/{p}": f"/orchard/project/{p}",
        f"/experiment/{e}": f"/orchard/project/{p}/experiment/{e}",
        f"/model/{m}": f"/orchard/model/{m}/version/{mv}",
        f"/model/version/{mv}": f"/orchard/model/{m}/version/{mv}",
        f"/organization/{house.organization_id}": "/orchard/jobs",
    }.items():
        assert browser.get("/api/v1/resolve", params={"path": short}).json() == {"path": full}
    for wrong in (f"/planet/{d}", "/dataset/x", f"/dataset/{UUID(int=1)}", "/"):
        assert browser.get("/api/v1/resolve", params={"path": wrong}).status_code == 404
