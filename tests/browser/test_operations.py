"""Operations on a version from its page: their forms, what they refuse, and the job that does them."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in, violations
from tests.browser.house import ok
from tests.live import TOKEN, LiveServer, until

pytestmark = pytest.mark.browser

SLOW_MS = 60_000
TITLES = [
    "Copy pictures from another version",
    "Merge versions",
    "Split",
    "Import shapes from another version",
    "Convert shapes",
    "Tags to classes",
    "Classes to tags",
    "Tag pictures",
    "Delete pictures",
    "Delete annotations",
    "Rename labels",
    "Merge labels",
    "Delete labels",
]


@pytest.fixture(scope="module")
def own(live: LiveServer, house: dict[str, Any]) -> dict[str, Any]:
    """A version of its own, a fork of apples/spring under another name, and how many pictures it has: other
    tests on this server may have added some.
    """
    with httpx.Client(
        base_url=live.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30
    ) as client:
        path = f"/api/v1/versions/{house['version']}/fork"
        job = ok(client.post(path, json={"name": "operated"}))
        until(client, job["id"], "SUCCEEDED")
        version = ok(client.get(f"/api/v1/versions/{job['target']['id']}"))
        return {
            "dataset": house["dataset"],
            "version": version["id"],
            "pictures": version["asset_count"],
        }


def open_version(page: Page, own: dict[str, Any]) -> None:
    organization = page.url.split("/")[3]
    page.goto(f"/{organization}/dataset/{own['dataset']}/version/{own['version']}/assets")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def open_operation(page: Page, title: str) -> Any:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name=title, exact=False).first.click()
    dialog = page.get_by_role("dialog", name=title)
    expect(dialog).to_be_visible()
    return dialog


def test_the_menu_has_every_operation(page: Page, own: dict[str, Any]) -> None:
    open_version(page, own)
    page.get_by_role("button", name="More actions").click()
    for title in TITLES:
        expect(page.get_by_role("menuitem", name=f"{title} …", exact=True)).to_be_visible()


def test_pictures_are_tagged_by_a_filter(page: Page, own: dict[str, Any]) -> None:
    open_version(page, own)
    dialog = open_operation(page, "Tag pictures")
    dialog.get_by_label("Add").fill("ripe")
    page.keyboard.press("Enter")
    dialog.get_by_label("With one of these labels").fill("apple")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Launch").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_text("Success").first).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("ripe: put on 6 pictures").first).to_be_visible()


def test_a_form_says_at_its_field_what_does_not_fit(page: Page, own: dict[str, Any]) -> None:
    open_version(page, own)
    dialog = open_operation(page, "Split")
    parts = dialog.get_by_label("Parts")
    parts.fill("train")
    dialog.get_by_role("button", name="Launch").click()
    expect(dialog.get_by_text("A line is name=number, not train.")).to_be_visible()
    parts.fill("train=0.5\nval=0.4")
    dialog.get_by_role("button", name="Launch").click()
    expect(dialog.get_by_text("The ratios of the parts must add up to 1, not 0.9.")).to_be_visible()
    parts.fill("train of the page=0.5\nval of the page=0.5")
    dialog.get_by_role("button", name="Launch").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_text("Success").first).to_be_visible(timeout=SLOW_MS)
    half = (own["pictures"] + 1) // 2
    expect(page.get_by_text(f"train of the page: {half} pictures").first).to_be_visible()


def test_what_no_field_is_about_is_said_in_the_dialog(page: Page, own: dict[str, Any]) -> None:
    open_version(page, own)
    dialog = open_operation(page, "Tags to classes")
    dialog.get_by_label("Tags").first.fill("no such tag")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Launch").click()
    expect(dialog.get_by_text("The version has no tag 'no such tag'.")).to_be_visible()
    page.keyboard.press("Escape")
    dialog = open_operation(page, "Delete pictures")
    dialog.get_by_role("button", name="Launch").click()
    expect(dialog.get_by_text(re.compile("Say which pictures"))).to_be_visible()


def test_a_search_that_means_nothing_is_said_among_the_pictures(
    page: Page, own: dict[str, Any]
) -> None:
    open_version(page, own)
    dialog = open_operation(page, "Tag pictures")
    dialog.get_by_label("Add").fill("ripe")
    page.keyboard.press("Enter")
    dialog.get_by_label("Found by this search").fill("shapes:many")
    dialog.get_by_role("button", name="Launch").click()
    pictures = dialog.get_by_role("group", name="Pictures")
    expect(pictures.get_by_role("alert")).to_contain_text("shapes: takes a number of shapes")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_forms_are_accessible_and_fit_a_phone(
    browser: Browser, live: LiveServer, own: dict[str, Any], theme: str
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, base_url=live.url, bypass_csp=True
    )
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{theme}')")
    sign_in(page, live)
    for title in ("Split", "Convert shapes", "Merge versions", "Copy pictures"):
        open_version(page, own)
        open_operation(page, title)
        page.wait_for_timeout(400)  # for the dialog to have come in
        assert violations(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, title
    context.close()
