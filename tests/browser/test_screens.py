"""Every screen, in both themes, is free of what axe can find, fits a phone, and has its states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in, violations
from tests.live import LiveServer

pytestmark = pytest.mark.browser

SCREENS = {
    "jobs": "/jobs",
    "no job fits": "/jobs?search=nothing-is-called-this",
    "success": "/jobs/{hello}",
    "failure": "/jobs/{breaks}",
    "what ran": "/jobs/{import}?tab=what",
    "timeline": "/jobs/{import}?tab=timeline",
    "result": "/jobs/{import}?tab=result",
    "datasets": "/datasets",
    "dataset": "/dataset/{dataset}",
    "version": "/dataset/{dataset}/version/{version}/assets",
    "statistics": "/dataset/{dataset}/version/{version}/assets?show=statistics",
    "jobs of a version": "/dataset/{dataset}/version/{version}/assets?show=jobs",
    "projects": "/projects",
    "project": "/project/{project}",
    "experiment": "/project/{project}/experiment/{experiment}",
    "processings": "/processings",
    "launch form": "/processings/{ticks}",
    "datalake": "/datalake/{datalake}",
    "no file fits": "/datalake/{datalake}?q=nothing-is-called-this",
    "nothing there": "/jobs/00000000-0000-7000-8000-000000000000",
}


@pytest.fixture(scope="module", params=["dark", "light"])
def themed(
    request: pytest.FixtureRequest, browser: Browser, live: LiveServer, house: dict[str, Any]
) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        base_url=live.url,
        bypass_csp=True,
        color_scheme=request.param,
    )
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{request.param}')")
    sign_in(page, live)
    shown = page.evaluate("document.documentElement.dataset.mantineColorScheme")
    assert shown == request.param
    yield page
    context.close()


def go(page: Page, path: str) -> None:
    organization = page.url.split("/")[3]
    page.goto(f"/{organization}{path}")
    expect(page.get_by_role("heading").first).to_be_visible()
    page.wait_for_load_state("networkidle") if "jobs" not in path else page.wait_for_timeout(400)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_is_accessible(themed: Page, house: dict[str, Any], screen: str) -> None:
    go(themed, SCREENS[screen].format(**house))
    assert violations(themed) == []


@pytest.mark.parametrize(
    "screen", ["jobs", "failure", "version", "statistics", "experiment", "launch form"]
)
def test_a_screen_fits_a_phone(
    browser: Browser, live: LiveServer, house: dict[str, Any], screen: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=live.url)
    page = context.new_page()
    sign_in(page, live)
    go(page, SCREENS[screen].format(**house))
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wide <= 390


def test_what_is_not_there_is_said_with_a_way_on(page: Page) -> None:
    go(page, SCREENS["nothing there"])
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_short_addresses_of_other_tools_lead_to_the_page(page: Page, house: dict[str, Any]) -> None:
    page.goto(f"/dataset/version/{house['version']}")
    expect(page).to_have_url(re.compile(f"/dataset/{house['dataset']}/version/{house['version']}"))
    page.goto(f"/experiment/{house['experiment']}")
    expect(page).to_have_url(re.compile(f"/experiment/{house['experiment']}$"))
