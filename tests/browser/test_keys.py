"""The keys of the page, and the map that says which there are."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import violations
from tests.browser.crowd import Crowd

pytestmark = pytest.mark.browser


def shown_keys(page: Page) -> Locator:
    page.keyboard.press("?")
    return page.get_by_role("dialog", name="Keys")


def current_run(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Runs").locator("[aria-current=page]")


def test_the_map_of_the_list_shows_what_the_list_binds(member_page: Page) -> None:
    page = member_page
    expect(page.get_by_role("link", name="ended 2")).to_be_visible()
    page.get_by_role("button", name="? all keys").click()
    keys = page.get_by_role("dialog", name="Keys")
    jobs = keys.locator("section").filter(has=page.get_by_role("heading", name="Jobs"))
    expect(jobs.locator("kbd")).to_have_text(
        ["/", "f", "j", "k", "o", "x", "Shift", "x", "Esc", "r"]
    )
    expect(keys.get_by_role("heading", name="Log")).to_have_count(0)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("f")
    expect(page.get_by_role("menuitemcheckbox", name="Pending")).to_be_focused()


def test_the_keys_of_a_job_move_between_its_runs(member_page: Page, crowd: Crowd) -> None:
    page = member_page
    page.goto(f"/crowd/jobs/{crowd.once}")
    expect(current_run(page)).to_contain_text("#1")
    keys = shown_keys(page)
    for meaning in ("The run before", "Re-run, after asking", "Search the whole log"):
        expect(keys.get_by_text(meaning, exact=True)).to_be_visible()
    expect(keys.get_by_text("Stop, after asking")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="Start run 2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(current_run(page)).to_contain_text("#2")
    page.keyboard.press("[")
    expect(current_run(page)).to_contain_text("#1")
    page.keyboard.press("]")
    expect(current_run(page)).to_contain_text("#2")


def test_the_key_that_stops_asks(member_page: Page) -> None:
    page = member_page
    page.goto("/crowd/jobs?search=many")
    page.get_by_role("link", name="many 57", exact=True).click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_enabled()
    page.keyboard.press("s")
    question = page.get_by_role("dialog", name="Stop this run?")
    expect(question.get_by_role("button", name="Stop run 1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(page.get_by_role("main")).to_contain_text("Running")


def test_keys_are_letters_again_while_one_writes(member_page: Page) -> None:
    page = member_page
    search = page.get_by_role("combobox", name="Search jobs")
    expect(search).to_be_visible()
    page.keyboard.press("/")
    search.press_sequentially("xfr?")
    expect(search).to_have_value("xfr?")
    expect(page.get_by_role("dialog")).to_have_count(0)
