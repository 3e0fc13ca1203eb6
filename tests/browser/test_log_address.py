"""What is shown of a log and looked for in it stands in the address, so that a link shows the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import violations
from tests.browser.house import launch
from tests.live import LiveServer, until
from tests.scripts import add_processing

pytestmark = pytest.mark.browser

SECTIONS = """\
import sys
for name in ("morning", "evening"):
    print(f"::group::{name}")
    for number in range(3):
        print(f"{name} step {number}", flush=True)
    print("::endgroup::", flush=True)
print("it is dark", file=sys.stderr, flush=True)
"""


@pytest.fixture(scope="module")
def path(live: LiveServer, house: dict[str, Any]) -> str:
    with live.client() as client:
        processing = add_processing(client, "days", SECTIONS)
        job = launch(client, processing, {"id": house["version"]})
        until(client, job["id"], "SUCCEEDED")
        return f"jobs/{job['id']}"


def open_log(page: Page, path: str, more: str = "") -> None:
    page.goto(f"/{page.url.split('/')[3]}/{path}{more}")


def field(page: Page) -> Locator:
    return page.get_by_label("Search the whole log")


def hits(page: Page) -> Locator:
    return page.get_by_role("region", name="Log").get_by_role("status")


def choose_section(page: Page, now: str, name: str) -> None:
    page.get_by_role("button", name=f"Section: {now}").click()
    page.get_by_role("menuitemradio", name=name).click()


def test_a_search_in_one_section_is_in_the_address_and_is_there_after_a_reload(
    page: Page, path: str
) -> None:
    open_log(page, path)
    field(page).fill("step")
    expect(hits(page)).to_have_text("6 hits")
    choose_section(page, "all", "evening")
    expect(hits(page)).to_have_text("3 hits")
    expect(field(page)).to_have_attribute("placeholder", "Search in evening")
    expect(page).to_have_url(re.compile(r"[?&]q=step&section=\d+$"))
    assert violations(page) == []
    page.reload()
    expect(field(page)).to_have_value("step")
    expect(hits(page)).to_have_text("3 hits")
    page.get_by_role("button", name="Regular expression").click()
    field(page).fill("step [12]")
    expect(hits(page)).to_have_text("2 hits")
    expect(page).to_have_url(re.compile(r"q=step(\+|%20)%5B12%5D.*regex=yes"))
    page.reload()
    expect(hits(page)).to_have_text("2 hits")
    choose_section(page, "evening", "The whole log")
    expect(hits(page)).to_have_text("4 hits")
    field(page).fill("")
    expect(page).not_to_have_url(re.compile("[?&](q|section)="))


def test_the_chosen_stream_is_in_the_address(page: Page, path: str) -> None:
    open_log(page, path)
    text = page.get_by_role("log")
    expect(text).to_contain_text("morning step 1")
    page.get_by_role("button", name="All streams").click()
    page.get_by_role("menuitemradio", name=re.compile("^stderr")).click()
    expect(text).not_to_contain_text("morning step 1")
    expect(page).to_have_url(re.compile(r"\?stream=stderr$"))
    page.reload()
    expect(text).to_contain_text("it is dark")
    expect(text).not_to_contain_text("morning step 1")
    page.get_by_role("button", name="Only stderr").click()
    page.get_by_role("menuitemradio", name="All lines").click()
    expect(text).to_contain_text("morning step 1")
    expect(page).not_to_have_url(re.compile("stream="))


def test_a_hit_is_shown_among_all_lines_also_where_one_stream_was_chosen(
    page: Page, path: str
) -> None:
    open_log(page, path, "?stream=stderr&q=dark")
    expect(hits(page)).to_have_text("1 hit")
    page.get_by_role("button", name="Next hit").click()
    expect(page.get_by_role("log")).to_contain_text("evening step 2")
    expect(page).to_have_url(re.compile(r"\?q=dark$"))


def test_a_section_that_there_is_not_is_said(page: Page, path: str) -> None:
    open_log(page, path, "?q=step&section=77")
    expect(hits(page)).to_have_text("This log has no section 77.")
