"""A real browser on a real server: Debian's Chromium, driven by Playwright, with axe at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from safelight.actions import first_start
from safelight.store.db import Database, sqlite_url
from tests.browser.crowd import Crowd, gather
from tests.browser.house import furnish
from tests.live import LiveServer

ROOT = Path(__file__).parents[2]
AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "correct horse battery staple"


# What a page shows at once takes its time on a machine that is busy with other tests.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with its module: Playwright keeps an event loop running in the tests' own thread,
    where no test that needs one could start another.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with one small dataset and jobs of all three types."""
    with LiveServer(tmp_path_factory.mktemp("browser") / "data") as server:
        yield server


@pytest.fixture(scope="session")
def house(live: LiveServer) -> dict[str, Any]:
    with live.client() as client:
        return furnish(client)


@pytest.fixture
def page(browser: Browser, live: LiveServer, house: dict[str, Any]) -> Iterator[Page]:
    """A signed-in page, 1440 x 900; a script error in it fails the test."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, base_url=live.url, bypass_csp=True
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, live)
    yield page
    context.close()
    assert errors == []


@pytest.fixture(scope="session")
def crowd(live: LiveServer) -> Crowd:
    """Another organization with more jobs than one page of the list shows."""
    return gather(live)


@pytest.fixture
def member_page(browser: Browser, crowd: Crowd) -> Iterator[Page]:
    """The page of the crowd's member; a script error in it fails the test."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, base_url=crowd.live.url, bypass_csp=True
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(crowd.enter("member"))
    page.wait_for_url("**/jobs")
    yield page
    context.close()
    assert errors == []


def sign_in(page: Page, live: LiveServer) -> None:
    """Enter by a one-time link, as the first start prints it."""
    page.goto(login_link(live))
    page.wait_for_url("**/jobs")


def login_link(live: LiveServer) -> str:
    db = Database(sqlite_url(live.data / "safelight.db"))
    try:
        return f"{live.url}/login?link={first_start.login_link(db)}"
    finally:
        db.close()


# What is half faded in has a contrast that nobody reads. A click is answered by movements that begin only some frames
# later, so it is at rest when two frames in a row find none. What turns for ever is not waited for.
_AT_REST = """async () => {
  const frame = () => new Promise(requestAnimationFrame)
  for (let still = 0; still < 2; still += 1) {
    await frame()
    const moving = document.getAnimations()
      .filter((each) => each.playState === 'running')
      .filter((each) => each.effect.getComputedTiming().endTime !== Infinity)
    if (moving.length) still = -1
    await Promise.allSettled(moving.map((each) => each.finished))
  }
}"""


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page once nothing moves any more, one line each. It takes a while to
    look: what changes meanwhile, as a job that goes on, must not begin to fade.
    """
    page.emulate_media(reduced_motion="reduce")
    page.add_script_tag(path=AXE)
    page.evaluate(_AT_REST)
    found = page.evaluate("() => axe.run(document)")
    page.emulate_media(reduced_motion="null")
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
