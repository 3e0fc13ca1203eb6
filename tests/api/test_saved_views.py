"""Saved views over the wire: what is kept, what is refused and in which words, and who may."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import delete, update

from safelight.actions import access
from safelight.store import schema, users
from safelight.store.db import Database
from tests.factories import House
from tests.web import Site

PATH = "/api/v1/views"


def save(client: httpx.Client, name: str = "Nightly", **given: Any) -> Any:
    answer = client.post(PATH, json={"name": name, **given})
    assert answer.status_code == 201, answer.text
    return answer.json()


def names(client: httpx.Client) -> list[str]:
    return [each["name"] for each in client.get(PATH).raise_for_status().json()["items"]]


def body_of(view: Any, **changed: Any) -> dict[str, Any]:
    kept = ("name", "query", "columns", "density", "shared")
    return {name: view[name] for name in kept} | changed


def test_a_view_says_what_was_saved_and_its_filters(site: Site, house: House) -> None:
    member = site.as_(house)
    saved = save(
        member,
        "  Failed tiles ",
        query=" status:failure status:stopped user:me after:7d tiles ",
        columns=["status", "name", "engine"],
        density="compact",
        shared=True,
    )
    assert saved["name"] == "Failed tiles"
    assert saved["query"] == "status:failure status:stopped user:me after:7d tiles"
    assert saved["columns"] == ["status", "name", "engine"]
    assert saved["owner"] == {"id": str(house.member), "name": "orchard-member"}
    assert (saved["kind"], saved["density"], saved["is_own"]) == ("jobs", "compact", True)
    assert saved["owner_is_gone"] is False
    asked = {name: value for name, value in saved["filters"].items() if value}
    assert asked == {
        "status": ["FAILED", "KILLED"],
        "user": "me",
        "triggered_after": "7d",
        "search": "tiles",
        "archived": "no",
    }
    assert member.get("/api/v1/jobs", params=asked).status_code == 200
    assert site.as_(house, "viewer").get(f"{PATH}/{saved['id']}").json() == {
        **saved,
        "is_own": False,
    }


def test_a_query_is_refused_in_the_words_of_the_list(site: Site, house: House) -> None:
    member = site.as_(house)
    kept = save(member)
    for query in (
        "colour:red",
        "status:nonsense",
        "user:nobody",
        "object:nothing/here",
        "processing:unknown",
        "after:yesterday",
        "engine:steam",
        "archived:perhaps",
        "user:a user:b",
    ):
        said = member.get("/api/v1/jobs", params={"q": query})
        refused = member.post(PATH, json={"name": "x", "query": query})
        changed = member.put(f"{PATH}/{kept['id']}", json={"name": "x", "query": query})
        assert said.status_code == refused.status_code == changed.status_code == 400, query
        assert refused.json() == changed.json() == said.json()
    assert member.get(f"{PATH}/{kept['id']}").json() == kept
    assert names(member) == ["Nightly"]


GARBAGE = [
    ({"name": ""}, "name"),
    ({"name": "x" * 81}, "name"),
    ({"name": "two\nlines"}, "name"),
    ({"columns": []}, "columns"),
    ({"columns": ["name", "name"]}, "columns"),
    ({"columns": ["colour"]}, "columns"),
    ({"columns": "name"}, "columns"),
    ({"density": "tight"}, "density"),
    ({"query": "x" * 4001}, "query"),
    ({"query": 3}, "query"),
    ({"shared": "perhaps"}, "shared"),
    ({"owner": "me"}, "owner"),
]


@pytest.mark.parametrize(("garbage", "field"), GARBAGE)
def test_garbage_is_refused_by_the_name_of_its_field(
    site: Site, house: House, garbage: dict[str, Any], field: str
) -> None:
    member = site.as_(house)
    answer = member.post(PATH, json={"name": "Nightly", **garbage})
    assert answer.status_code == 400
    assert field in answer.json()["message"]
    assert names(member) == []


def test_a_name_is_taken_once_per_owner(site: Site, house: House) -> None:
    member, admin = site.as_(house), site.as_(house, "admin")
    save(member)
    save(admin)
    again = member.post(PATH, json={"name": " Nightly "})
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")
    other = save(member, "Other")
    renamed = member.put(f"{PATH}/{other['id']}", json=body_of(other, name="Nightly"))
    assert (renamed.status_code, renamed.json()["code"]) == (409, "name_taken")
    assert member.put(f"{PATH}/{other['id']}", json=body_of(other)).status_code == 200


def test_a_private_view_is_nobody_elses(site: Site, house: House) -> None:
    view = save(site.as_(house, "viewer"), "Mine", query="user:me")
    path = f"{PATH}/{view['id']}"
    for role in ("member", "admin", "owner"):
        other = site.as_(house, role)
        assert names(other) == []
        assert other.get(path).status_code == 404
        assert other.put(path, json=body_of(view)).status_code == 404
        assert other.delete(path).status_code == 404
    viewer = site.as_(house, "viewer")
    assert viewer.put(path, json=body_of(view, name="My own")).json()["name"] == "My own"
    assert viewer.delete(path).status_code == 204
    assert names(viewer) == []


def test_a_viewer_shares_nothing(site: Site, house: House) -> None:
    viewer = site.as_(house, "viewer")
    refused = viewer.post(PATH, json={"name": "Nightly", "shared": True})
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "The role viewer may not share views.",
    )
    view = save(viewer)
    shared = viewer.put(f"{PATH}/{view['id']}", json=body_of(view, shared=True))
    assert shared.status_code == 403
    assert viewer.get(f"{PATH}/{view['id']}").json() == view


def test_a_shared_view_is_changed_by_its_owner_and_admins_only(site: Site, house: House) -> None:
    member = site.as_(house)
    view = save(member, shared=True)
    path = f"{PATH}/{view['id']}"
    viewer = site.as_(house, "viewer")
    assert viewer.put(path, json=body_of(view)).status_code == 403
    assert viewer.delete(path).status_code == 403
    admin = site.as_(house, "admin")
    changed = admin.put(path, json=body_of(view, query="status:failure"))
    assert (changed.status_code, changed.json()["query"]) == (200, "status:failure")
    assert changed.json()["owner"]["name"] == "orchard-member", "it stays its owner's"
    taken = admin.put(path, json=body_of(view, shared=False))
    assert (taken.status_code, taken.json()["message"]) == (
        403,
        "Only its owner may take a shared view back.",
    )
    assert member.put(path, json=body_of(view, shared=False)).json()["shared"] is False
    assert names(admin) == []
    assert member.put(path, json=body_of(view, shared=True)).status_code == 200
    assert admin.delete(path).status_code == 204
    assert names(member) == []


def test_an_owner_who_became_a_viewer_may_take_a_view_back_but_not_change_it_for_others(
    db: Database, site: Site, house: House
) -> None:
    view = save(site.as_(house), shared=True)
    with db.transaction() as tx:
        mine = schema.membership.c.user_id == house.member
        tx.execute(update(schema.membership).where(mine).values(role="viewer"))
    member = site.as_(house)
    path = f"{PATH}/{view['id']}"
    assert member.put(path, json=body_of(view, query="tiles")).status_code == 403
    assert member.put(path, json=body_of(view, shared=False)).status_code == 200


def test_the_view_of_a_deleted_user_stays_and_says_so(
    db: Database, site: Site, house: House
) -> None:
    with db.transaction() as tx:
        gone = users.add(tx, "ada").user_id
        users.join(tx, house.organization_id, gone, "member")
        token = access.issue_token(tx, gone, house.organization_id, "test")
    ada = site.client(token)
    shared = save(ada, "Shared", query="user:ada", shared=True)
    save(ada, "Private")
    with db.transaction() as tx:
        for table in (schema.token, schema.membership, schema.user):
            tx.execute(delete(table).where(table.c.user_id == gone))
    member, admin = site.as_(house), site.as_(house, "admin")
    [left] = member.get(PATH).json()["items"]
    assert (left["id"], left["owner"], left["owner_is_gone"]) == (shared["id"], None, True)
    # What it asks for names nobody now: the list says so, and so does who would save it again.
    said = member.get("/api/v1/jobs", params={"q": left["query"]})
    assert (said.status_code, said.json()["message"]) == (400, "There is no user 'ada'.")
    path = f"{PATH}/{left['id']}"
    assert member.put(path, json=body_of(left, query="")).status_code == 403
    assert admin.put(path, json=body_of(left)).json() == said.json()
    private = admin.put(path, json=body_of(left, query="", shared=False))
    assert (private.status_code, private.json()["message"]) == (
        400,
        "Its owner is gone, so it cannot be private: keep it shared, or delete it.",
    )
    assert admin.put(path, json=body_of(left, query="")).status_code == 200
    assert admin.delete(path).status_code == 204


def test_the_view_of_a_user_who_left_says_who_and_that(
    db: Database, site: Site, house: House
) -> None:
    save(site.as_(house), shared=True)
    with db.transaction() as tx:
        tx.execute(delete(schema.membership).where(schema.membership.c.user_id == house.member))
    [left] = site.as_(house, "admin").get(PATH).json()["items"]
    assert (left["owner"]["name"], left["owner_is_gone"]) == ("orchard-member", True)


def test_the_text_of_the_search_box_filters_list_counts_csv_and_bulk_alike(
    db: Database, site: Site, house: House
) -> None:
    member = site.as_(house)
    for path in ("/api/v1/jobs", "/api/v1/jobs/counts", "/api/v1/jobs/export.csv"):
        assert member.get(path, params={"q": "status:failure user:me"}).status_code == 200
        assert member.get(path, params={"q": "status:x"}).status_code == 400
        assert member.get(path, params={"q": "user:me", "user": "x"}).status_code == 400
    body = {"action": "archive", "filter": {"q": "status:failure user:me"}}
    assert member.post("/api/v1/jobs/bulk", json=body).json()["results"] == []
    body = {"action": "archive", "filter": {"q": "status:x"}}
    assert member.post("/api/v1/jobs/bulk", json=body).status_code == 400
