"""What a job changed and the history of a version, before and after, and undo, in a real browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from safelight.actions import datasets
from safelight.domain.permissions import Actor
from safelight.store.db import Database, sqlite_url
from safelight.store.versions import Version
from tests.browser.conftest import sign_in, violations
from tests.browser.crowd import Crowd
from tests.browser.house import coco, ok
from tests.live import LiveServer, until

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Orchard:
    """A version of its own, filled by an import."""

    dataset: str
    version: str
    job: str

    @property
    def path(self) -> str:
        return f"/dataset/{self.dataset}/version/{self.version}/assets"


def grow(client: httpx.Client, name: str) -> Orchard:
    dataset = ok(client.post("/api/v1/datasets", json={"name": name}))
    path = f"/api/v1/datasets/{dataset['id']}/versions"
    version = ok(client.post(path, json={"name": "spring", "type": "OBJECT_DETECTION"}))
    job = ok(
        client.post(
            f"/api/v1/versions/{version['id']}/import",
            data={"format": "coco", "mode": "replace"},
            files={"file": ("spring.json", coco(), "application/json")},
        )
    )
    until(client, job["id"], "SUCCEEDED")
    return Orchard(dataset["id"], version["id"], job["id"])


def edit_a_picture(client: httpx.Client, orchard: Orchard) -> Any:
    asset = ok(client.get(f"/api/v1/versions/{orchard.version}/assets"))["items"][0]
    shape = {"kind": "rectangle", "label": "pear", "geometry": [10, 10, 50, 50]}
    ok(client.put(f"/api/v1/assets/{asset['id']}/shapes", json={"shapes": [shape]}))
    return asset


def go(page: Page, path: str) -> None:
    organization = page.url.split("/")[3]
    page.goto(f"/{organization}{path}")


def test_a_job_says_what_it_changed_and_is_undone_and_redone(page: Page, live: LiveServer) -> None:
    with live.client() as client:
        orchard = grow(client, "told")
    go(page, f"/jobs/{orchard.job}?tab=changes")
    panel = page.get_by_role("region", name="What it changed")
    row = panel.get_by_role("row", name="apple")
    expect(row).to_contain_text("+18")
    expect(panel.get_by_role("listitem").filter(has_text="added · +3 shapes")).to_have_count(6)
    panel.get_by_role("button", name="Undo").click()
    dialog = page.get_by_role("dialog", name="Undo this job?")
    expect(dialog).to_contain_text("+6 pictures")
    dialog.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Undo Import annotations, spring.json")).to_be_visible()
    expect(page.locator("body")).to_contain_text("6 pictures as before")
    page.get_by_role("link", name="Changes").click()
    expect(page.get_by_role("row", name="apple")).to_contain_text("−18")
    go(page, orchard.path)
    expect(page.get_by_role("heading", name="This version is empty")).to_be_visible()
    go(page, f"/jobs/{orchard.job}?tab=changes")
    expect(panel).to_contain_text("Undone by")


def test_pictures_are_looked_at_before_and_after_with_the_arrow_keys(
    page: Page, live: LiveServer
) -> None:
    with live.client() as client:
        orchard = grow(client, "looked at")
    go(page, f"/jobs/{orchard.job}?tab=changes")
    page.get_by_role("list", name="Changed pictures").get_by_role("button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("not in the version")
    expect(dialog).to_contain_text("3 shapes: apple 3")
    expect(dialog).to_contain_text("1 of 6")
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("2 of 6")
    page.keyboard.press("ArrowLeft")
    expect(dialog).to_contain_text("1 of 6")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_history_lists_edits_and_jobs_and_undoes_each(page: Page, live: LiveServer) -> None:
    with live.client() as client:
        orchard = grow(client, "remembered")
        edit_a_picture(client, orchard)
    go(page, f"{orchard.path}?show=history")
    history = page.get_by_role("list", name="History")
    lines = history.locator("> li")
    expect(lines).to_have_count(3)
    edit = lines.nth(0)
    expect(edit).to_contain_text("1 picture changed · −2 shapes · label pear added")
    expect(lines.nth(1).get_by_role("link", name="Import annotations, spring.json")).to_be_visible()
    edit.get_by_role("button", name="1 picture changed").click()
    expect(edit.get_by_role("row", name="pear")).to_contain_text("+1")
    edit.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(page.locator("body")).to_contain_text("1 picture as before")
    go(page, f"{orchard.path}?show=history")
    expect(lines).to_have_count(4)
    expect(lines.nth(1)).to_contain_text("Undone by")


def test_newer_changes_are_listed_and_may_be_left(page: Page, live: LiveServer) -> None:
    with live.client() as client:
        orchard = grow(client, "contested")
        # labels stay where they were: the second import changes pictures only
        again = ok(
            client.post(
                f"/api/v1/versions/{orchard.version}/import",
                data={"format": "coco", "mode": "concatenate"},
                files={"file": ("again.json", coco(), "application/json")},
            )
        )
        until(client, again["id"], "SUCCEEDED")
        asset = ok(client.get(f"/api/v1/versions/{orchard.version}/assets"))["items"][0]
        ok(client.put(f"/api/v1/assets/{asset['id']}/shapes", json={"shapes": []}))
    go(page, f"/jobs/{again['id']}?tab=changes")
    page.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    dialog = page.get_by_role("dialog", name="Newer changes stand on this")
    expect(dialog).to_contain_text(f"{asset['filename']} was changed by ")
    assert violations(page) == []
    dialog.get_by_role("button", name="Leave it, undo the rest").click()
    expect(page.locator("body")).to_contain_text("5 pictures as before · 1 left as changed since")


def test_a_removed_version_is_brought_back(page: Page, live: LiveServer) -> None:
    with live.client() as client:
        orchard = grow(client, "brought back")
        client.delete(f"/api/v1/versions/{orchard.version}").raise_for_status()
    go(page, f"/dataset/{orchard.dataset}")
    removed = page.get_by_role("list", name="Removed versions")
    expect(removed).to_contain_text("spring")
    assert violations(page) == []
    removed.get_by_role("button", name="Bring back").click()
    page.get_by_role("dialog").get_by_role("button", name="Bring back").click()
    expect(page.locator("body")).to_contain_text("brought back/spring is back")
    go(page, orchard.path)
    expect(page.get_by_role("list", name="Pictures").get_by_role("listitem")).to_have_count(6)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_changes_are_accessible_in_both_themes(
    browser: Browser, live: LiveServer, house: dict[str, Any], scheme: Any
) -> None:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        base_url=live.url,
        bypass_csp=True,
        color_scheme=scheme,
    )
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{scheme}')")
    sign_in(page, live)
    go(page, f"/jobs/{house['import']}?tab=changes")
    expect(page.get_by_role("row", name="apple")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("list", name="Changed pictures").get_by_role("button").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("1 of ")
    assert violations(page) == []
    go(page, f"/dataset/{house['dataset']}/version/{house['version']}/assets?show=history")
    opening = page.get_by_role("list", name="History").get_by_role("button", expanded=False)
    opening.first.click()
    expect(page.get_by_role("list", name="History")).to_contain_text("spring.json")
    assert violations(page) == []
    go(page, f"/jobs/{house['breaks']}?tab=changes")
    expect(page.get_by_role("heading", name="It has changed nothing")).to_be_visible()
    assert violations(page) == []
    context.close()


def test_changes_fit_a_phone(browser: Browser, live: LiveServer, house: dict[str, Any]) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=live.url)
    page = context.new_page()
    sign_in(page, live)
    for path, seen in (
        (f"/jobs/{house['import']}?tab=changes", "What it changed"),
        (f"/dataset/{house['dataset']}/version/{house['version']}/assets?show=history", "History"),
    ):
        go(page, path)
        expect(page.get_by_label(seen).last).to_be_visible()
        page.get_by_role("button", name="Undo", exact=True).first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_a_viewer_is_told_why_there_is_no_undo(browser: Browser, crowd: Crowd) -> None:
    version = described_version(crowd)
    context = browser.new_context(base_url=crowd.live.url)
    page = context.new_page()
    page.goto(crowd.enter("viewer"))
    page.wait_for_url("**/jobs")
    go(page, f"/dataset/{version.dataset_id}/version/{version.version_id}/assets?show=history")
    expect(page.get_by_text("description (none) → round")).to_be_visible()
    expect(page.get_by_text("A viewer looks on; a member could undo this.")).to_be_visible()
    expect(page.get_by_role("button", name="Undo", exact=True)).to_have_count(0)
    context.close()


def described_version(crowd: Crowd) -> Version:
    """One of the crowd's that somebody has made and described."""
    house = crowd.house
    by = Actor(house.member, "crowd-member", house.organization_id, "member")
    db = Database(sqlite_url(crowd.live.data / "safelight.db"))
    try:
        dataset = datasets.create(db, by, "seen by viewers")
        made = datasets.create_version(db, by, dataset.dataset_id, "first")
        return datasets.change_version(db, by, made.version_id, description="round")
    finally:
        db.close()
