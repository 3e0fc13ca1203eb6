"""Many jobs at once in the browser: choosing them, the question before, what became of each after."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import violations
from tests.browser.crowd import MANY, Crowd

pytestmark = pytest.mark.browser


@pytest.fixture
def page(member_page: Page) -> Page:
    return member_page


def look_at(page: Page, search: str) -> Locator:
    """The rows that a search shows."""
    page.goto(f"/crowd/jobs?search={search}")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=re.compile(search)))
    expect(row.first).to_be_visible()
    return row


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Select {name}", exact=True)


def test_rows_are_chosen_with_keys_also_a_range(page: Page) -> None:
    look_at(page, "ended")
    bar = page.get_by_role("group", name="Selected jobs")
    for key in "jx":
        page.keyboard.press(key)
    expect(box(page, "ended 1")).to_be_checked()
    for key in "jjX":
        page.keyboard.press(key)
    expect(bar.get_by_role("status")).to_have_text("3 selected")
    expect(box(page, "ended by the admin")).not_to_be_checked()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


def test_a_click_with_shift_chooses_what_lies_between(page: Page) -> None:
    look_at(page, "ended")
    box(page, "ended 1").click()
    box(page, "ended 3").click(modifiers=["Shift"])
    expect(box(page, "ended 2")).to_be_checked()
    box(page, "ended 2").click()
    expect(page.get_by_role("checkbox", name="Select all jobs shown")).to_have_js_property(
        "indeterminate", True
    )


def test_it_asks_before_and_tells_of_each_job_after(page: Page, crowd: Crowd) -> None:
    look_at(page, "ended")
    for name in ("ended 1", "ended 2", "ended by the admin"):
        box(page, name).check()
    page.get_by_role("button", name="Archive").click()
    question = page.get_by_role("dialog", name="Archive 3 jobs?")
    expect(question).to_contain_text("1 was launched by somebody else")
    assert violations(page) == []
    question.get_by_role("button", name="Archive 2 jobs").click()

    panel = page.get_by_role("dialog", name="2 of 3 jobs archived")
    refused = panel.get_by_role("region", name="Refused")
    expect(refused.get_by_role("listitem")).to_contain_text(["ended by the admin"])
    expect(refused.get_by_role("link")).to_have_attribute("href", f"/crowd/jobs/{crowd.others}")
    expect(panel.get_by_role("region", name="Done").get_by_role("link")).to_have_text(
        ["ended 1", "ended 2"]
    )
    assert violations(page) == []
    panel.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("dialog", name="2 jobs brought back")).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_role("link", name="ended 1")).to_be_visible()


def test_a_row_is_run_again_by_a_key_once_that_is_confirmed(page: Page) -> None:
    look_at(page, "ended")
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.get_by_role("dialog", name="Re-run “ended 1”?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name="ended 1")).to_be_focused()
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="Re-run 1 job")).to_be_focused()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="1 job run again")
    expect(panel.get_by_role("listitem")).to_contain_text("Run 2 waits.")


def test_what_cannot_be_done_to_any_of_them_says_why(page: Page) -> None:
    look_at(page, "ended")
    box(page, "ended 2").check()
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_have_attribute("aria-disabled", "true")
    expect(stop).to_have_attribute("aria-description", "It has ended already.")
    page.keyboard.press("Tab")
    stop.click(force=True)
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_all_that_the_filter_finds_is_more_than_is_shown(page: Page) -> None:
    look_at(page, "many")
    page.get_by_role("checkbox", name="Select all jobs shown").check()
    page.get_by_role("button", name=f"Select all {MANY}").click()
    page.get_by_role("button", name="Archive").click()
    question = page.get_by_role("dialog", name=f"Archive all {MANY} jobs?")
    expect(question.get_by_role("listitem")).to_have_text(["“many”"])
    question.get_by_role("button", name=f"Archive {MANY} jobs").click()
    panel = page.get_by_role("dialog", name=f"None of {MANY} jobs archived")
    expect(panel.get_by_role("region", name="Refused")).to_contain_text("It has not ended")
    panel.get_by_role("button", name=f"Show all {MANY}").click()
    expect(panel.get_by_role("listitem")).to_have_count(MANY)


def test_a_server_that_goes_away_in_between_leaves_a_way_to_go_on(page: Page) -> None:
    look_at(page, "many")

    away = re.compile("/api/v1/jobs/bulk")
    page.route(away, lambda route: route.abort())
    box(page, "many 59").check()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Stop 1 job").click()
    panel = page.get_by_role("dialog", name="No job was reached")
    expect(panel.get_by_role("alert")).to_contain_text("1 job was not reached.")
    assert violations(page) == []
    page.unroute(away)
    panel.get_by_role("button", name="Go on").click()
    panel = page.get_by_role("dialog", name="1 job asked to stop")
    expect(panel.get_by_role("link", name="many 59")).to_be_visible()


def test_who_only_looks_on_chooses_nothing(browser: Browser, crowd: Crowd) -> None:
    context = browser.new_context(base_url=crowd.live.url)
    page = context.new_page()
    page.goto(crowd.enter("viewer"))
    page.wait_for_url("**/jobs")
    look_at(page, "ended")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    for key in "jxr":
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_hidden()
    context.close()
