"""The list of jobs in the browser: what can be typed into its search, and what the address then says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import violations
from tests.browser.house import ok
from tests.live import LiveServer

pytestmark = pytest.mark.browser


def test_a_filter_is_completed_with_the_keyboard_alone(page: Page) -> None:
    search = page.get_by_role("combobox", name="Search jobs")
    expect(search).to_be_visible()  # or nobody hears the key yet
    page.keyboard.press("/")
    expect(search).to_be_focused()
    search.press_sequentially("sta")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(search).to_have_value("status:")
    search.press_sequentially("fail")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="status:failure")).to_have_attribute(
        "aria-selected", "true"
    )
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"status=FAILED"))
    expect(page.get_by_role("link", name="breaks").first).to_be_visible()
    expect(page.get_by_role("link", name="hello")).to_have_count(0)


def test_names_of_objects_come_from_the_server(page: Page) -> None:
    search = page.get_by_role("combobox", name="Search jobs")
    search.fill("object:appl")
    page.get_by_role("option", name="object:apples/spring").click()
    expect(page).to_have_url(re.compile(r"object=apples"))
    expect(page.get_by_role("link", name="hello").first).to_be_visible()
    page.get_by_role("button", name="Remove the filter object: apples/spring").click()
    expect(page).not_to_have_url(re.compile(r"object="))


def test_a_filter_that_there_is_not_is_explained(page: Page) -> None:
    search = page.get_by_role("combobox", name="Search jobs")
    search.fill("colour:red")
    search.press("Enter")
    expect(page.get_by_text("There is no filter “colour:”")).to_be_visible()
    expect(page.get_by_role("heading", name="No job fits")).to_be_visible()


def test_what_the_filters_find_comes_as_a_file(page: Page) -> None:
    page.get_by_role("combobox", name="Search jobs").fill("breaks")
    expect(page).to_have_url(re.compile(r"search=breaks"))
    with page.expect_download() as coming:
        page.get_by_role("link", name=re.compile("as CSV$")).click()
    head, *rows = coming.value.path().read_text().splitlines()
    assert head.startswith("id,name,")
    assert rows
    assert all(",breaks," in row for row in rows)


def test_columns_and_density_stay_with_the_browser(member_page: Page) -> None:
    page = member_page
    heads = page.get_by_role("columnheader")
    expect(heads).to_have_text(
        ["", "Status", "Name", "Started by", "Object", "Triggered", "Duration"]
    )
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Engine", exact=True).check()
    page.get_by_label("Object", exact=True).uncheck()
    page.get_by_role("button", name="Move Engine up").click()
    page.get_by_text("Compact").click()
    assert violations(page) == []
    expect(page.get_by_role("cell", name="external").first).to_be_visible()
    page.reload()
    expect(heads).to_have_text(
        ["", "Status", "Name", "Started by", "Triggered", "Engine", "Duration"]
    )
    expect(page.get_by_role("table")).to_have_attribute("data-density", "compact")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("button", name="As usual").click()
    expect(heads.nth(4)).to_have_text("Object")


def test_while_paused_changes_are_counted_and_come_in_by_one_press(
    page: Page, live: LiveServer, house: dict[str, Any]
) -> None:
    page.get_by_role("combobox", name="Search jobs").fill("hello")
    expect(page).to_have_url(re.compile(r"search=hello"))
    row = page.locator(f"[data-job='{house['hello']}']")
    expect(row).to_contain_text("Success")
    others = page.locator("[data-job]").filter(has_not_text="hello")
    expect(others).to_have_count(0)  # the rows of the question before have gone
    before = page.get_by_role("row").count()
    page.get_by_role("button", name=re.compile("Hold the list still")).click()
    with live.client() as client:
        again = ok(client.post(f"/api/v1/jobs/{house['hello']}/rerun", json={}))
        expect(page.get_by_role("button", name="1 change while paused")).to_be_visible()
        processing = client.get(f"/api/v1/jobs/{house['hello']}").json()["processing"]["id"]
        body = {"target_id": house["version"]}
        ok(client.post(f"/api/v1/processings/{processing}/launch", json=body))
    pill = page.get_by_role("button", name="2 changes while paused")
    expect(pill).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(before)
    expect(row).not_to_contain_text(f"run {again['number']}")
    pill.click()
    expect(row).to_contain_text(f"run {again['number']}")
    expect(page.get_by_role("row")).to_have_count(before + 1)
