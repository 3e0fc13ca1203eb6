"""What every route shares: errors in one shape, the host's name, headers, the page, old paths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight import errors
from safelight.api.page import Page, policy
from safelight.config import Settings
from safelight.server import STATUSES, error_response
from safelight.store.db import Database
from tests.factories import add_house
from tests.web import Site, serving


@pytest.fixture
def site(sqlite_db: Database, tmp_path: Path) -> Iterator[Site]:
    add_house(sqlite_db)
    with serving(sqlite_db, tmp_path) as site:
        yield site


def test_health_needs_no_token(site: Site) -> None:
    with site.client() as client:
        assert client.get("/api/v1/health").json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/nothing/here", "/sdk/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST", "XGET"])
def test_an_unknown_path_of_the_api_answers_404_that_names_itself(
    site: Site, path: str, method: str
) -> None:
    with site.client() as client:
        answer = client.request(method, path)
    assert answer.status_code == 404
    named = path.replace("/sdk/", "/api/")
    assert answer.json() == {
        "code": "not_found",
        "message": f"Nothing answers {method} {named}.",
        "detail": None,
    }


def test_a_wrong_method_of_our_api_is_405_in_the_one_shape(site: Site) -> None:
    with site.client() as client:
        answer = client.delete("/api/v1/health")
    assert answer.status_code == 405
    assert set(answer.json()) == {"code", "message", "detail"}


@pytest.mark.parametrize("token", ["", "wrong"])
def test_who_is_not_known_gets_401_in_the_one_shape(site: Site, token: str) -> None:
    with site.client(token) as client:
        answer = client.get("/api/v1/session")
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", ""])
def test_a_host_that_is_not_ours_is_refused(site: Site, host: str) -> None:
    with site.client() as client:
        answer = client.get("/api/v1/health", headers={"Host": host})
    assert answer.status_code == 400
    if host:
        assert "evil.example" in answer.json()["message"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9", "[::1]:8000"])
def test_the_names_of_loopback_are_ours(site: Site, host: str) -> None:
    with site.client() as client:
        assert client.get("/api/v1/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_the_limit_is_refused(
    sqlite_db: Database, tmp_path: Path, chunked: bool
) -> None:
    body = b"x" * 2000
    with serving(sqlite_db, tmp_path, Settings(upload_limit=1000)) as site:
        with site.client() as client:
            answer = client.post("/api/v1/session", content=iter([body]) if chunked else body)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_body_that_does_not_fit_says_which_field(site: Site) -> None:
    with site.client() as client:
        answer = client.post("/api/v1/session", json={"name": 3})
    assert answer.status_code == 400
    assert "name" in answer.json()["message"]


def test_openapi_describes_our_api_only_and_the_reference_needs_nothing_from_elsewhere(
    site: Site,
) -> None:
    with site.client() as client:
        paths = client.get("/api/v1/openapi.json").json()["paths"]
        docs = client.get("/api/v1/docs")
    assert "/api/v1/health" in paths
    assert all(path.startswith("/api/v1/") for path in paths)
    assert "/api/v1/health" in docs.text
    assert "http://" not in docs.text
    assert "https://" not in docs.text


def test_answers_of_the_api_are_neither_sniffed_nor_kept(site: Site) -> None:
    with site.client() as client:
        headers = client.get("/api/v1/health").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_every_error_has_a_status() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    for kind in kinds:
        if issubclass(kind, errors.SafelightError):
            answer = error_response(kind("why", fact=1))
            assert answer.status_code >= 400
    assert error_response(errors.LiveRun("x")).status_code == STATUSES[errors.Conflict] == 409


@pytest.fixture
def built(tmp_path: Path) -> Page:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-4f2a.js").write_text("1")
    (tmp_path / "lamp.svg").write_text("<svg/>")
    (tmp_path / "index.html").write_text("<html><script>let a</script></html>")
    (tmp_path.parent / "secret.txt").write_text("no")
    return Page(tmp_path)


def test_hashed_files_of_the_page_are_kept_for_ever_and_the_rest_is_asked_for(built: Page) -> None:
    asset = built.answer("GET", "/assets/index-4f2a.js")
    assert "immutable" in asset.headers["cache-control"]
    lamp = built.answer("GET", "/lamp.svg")
    assert lamp.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/index.html", "/orchard/jobs", "/../secret.txt"])
def test_every_other_address_is_the_page(built: Page, path: str) -> None:
    answer = built.answer("GET", path)
    assert b"let a" in bytes(answer.body)
    assert answer.headers["cache-control"] == "no-cache"


def test_a_missing_asset_is_not_the_page(built: Page) -> None:
    assert built.answer("GET", "/assets/old.js").status_code == 404


def test_a_page_that_was_not_built_says_so(tmp_path: Path) -> None:
    answer = Page(tmp_path / "none").answer("GET", "/")
    assert b"has not been built" in bytes(answer.body)


def test_an_inline_script_of_the_page_is_allowed_by_its_hash_only() -> None:
    assert "'sha256-" in policy("<script>let a</script>")
    assert "'sha256-" not in policy('<script src="/a.js"></script>')
