"""When a run is tried again and how it ranks, as the page asks and tells; and jobs that run elsewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import sign_in, violations
from tests.browser.house import ok
from tests.live import LiveServer, until
from tests.scripts import add_processing

pytestmark = pytest.mark.browser

SLOW_MS = 60_000

FLAKY = """\
import safelight
if safelight.current().data["number"] == 1:
    raise SystemExit("not yet")
print("now it works")
"""


@pytest.fixture(scope="module")
def flaky(live: LiveServer, house: dict[str, Any]) -> dict[str, Any]:
    with live.client() as client:
        processing: dict[str, Any] = add_processing(client, "flaky", FLAKY)
        return processing


def home(page: Page) -> str:
    return page.url.split("/")[3]


def open_job(page: Page, job_id: str, more: str = "") -> None:
    page.goto(f"/{home(page)}/jobs/{job_id}{more}")


def fill(form: Locator, label: str, value: str) -> None:
    form.get_by_label(label, exact=True).fill(value)


def test_a_launch_asks_for_another_try_and_the_timeline_tells_of_it(
    page: Page, house: dict[str, Any], flaky: dict[str, Any]
) -> None:
    page.goto(f"/{home(page)}/processings/{flaky['id']}?target={house['version']}")
    form = page.get_by_role("main")
    expect(form.get_by_label("Priority")).to_be_hidden()
    form.get_by_text("More options").click()
    fill(form, "Priority", "-2")
    form.get_by_label("Error in the script").check()
    fill(form, "Tries", "1")
    fill(form, "Pause", "0")
    assert violations(page) == []
    form.get_by_role("button", name="Launch").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_text("now it works")).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("navigation", name="About this run").get_by_role(
        "link", name="Timeline"
    ).click()
    told = page.get_by_role("listitem").filter(has_text="Try 1 of 1, as run 1 failed")
    expect(told).to_contain_text(re.compile(r"not yet · not before \d\d:\d\d:\d\d"))


def test_a_priority_that_one_may_not_give_is_said_by_the_form(
    page: Page, house: dict[str, Any], flaky: dict[str, Any]
) -> None:
    page.goto(f"/{home(page)}/processings/{flaky['id']}?target={house['version']}")
    form = page.get_by_role("main")
    form.get_by_text("More options").click()
    fill(form, "Priority", "101")
    form.get_by_role("button", name="Launch").click()
    expect(page.get_by_role("alert")).to_have_text("priority is from -100 to 100, not 101.")


def test_disk_priority_and_other_tries_are_edited(
    live: LiveServer, page: Page, house: dict[str, Any]
) -> None:
    open_job(page, house["hello"], "?edit={}")
    form = page.get_by_role("dialog", name=re.compile("^Edit and re-run"))
    fill(form, "Disk", "much")
    fill(form, "Priority", "101")
    expect(form.get_by_text("priority is from -100 to 100, not 101.", exact=False)).to_have_count(0)
    expect(form.get_by_text("Is from -100 to 100, not 101.")).to_be_visible()
    expect(form.get_by_role("button", name="Re-run", exact=True)).to_be_disabled()
    fill(form, "Disk", "20 GiB")
    fill(form, "Priority", "-3")
    form.get_by_label("Lost", exact=True).check()
    fill(form, "Tries", "4")
    different = form.get_by_role("region", name=re.compile("^Different from run"))
    expect(different).to_contain_text("other tries")
    expect(different).to_contain_text("after Lost: 4 times, first after 30 s")
    assert violations(page) == []
    button = form.get_by_role("button", name="Re-run", exact=True)
    expect(button).to_be_enabled()
    button.click()
    page.wait_for_url("**/runs/*")
    with live.client() as client:
        run = ok(client.get(f"/api/v1/runs/{page.url.rsplit('/', 1)[1].split('?')[0]}"))
        assert (run["priority"], run["resources"]["disk"]) == (-3, 20 << 30)
        assert run["retry"] == {"kinds": ["lost"], "times": 4, "backoff_s": 30}
        until(client, house["hello"], "SUCCEEDED")
    page.get_by_role("navigation", name="About this run").get_by_role(
        "link", name="What ran"
    ).click()
    expect(page.get_by_role("main")).to_contain_text("after Lost: 4 times, first after 30 s")
    page.get_by_text("As a new job").click()
    terminal = page.get_by_label("Terminal", exact=True).first
    expect(terminal).to_contain_text("--limit disk=20GiB")
    expect(terminal).to_contain_text("--priority -3")
    expect(terminal).to_contain_text("--retry 4 --retry-on lost --retry-after 30")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_job_that_runs_elsewhere_says_so_and_fits_a_phone(
    browser: Browser, live: LiveServer, house: dict[str, Any], theme: str
) -> None:
    with live.client() as client:
        job = ok(client.post("/api/v1/jobs/track", json={"name": f"far away {theme}"}))
    context = browser.new_context(base_url=live.url, bypass_csp=True)
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{theme}')")
    sign_in(page, live)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        open_job(page, job["job_id"])
        expect(page.get_by_role("heading", level=1)).to_have_text(f"far away {theme}")
        expect(page.get_by_text("Runs elsewhere")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    open_job(page, house["hello"])
    expect(page.get_by_role("heading", level=1)).to_have_text("hello")
    expect(page.get_by_text("Runs elsewhere")).to_have_count(0)
    context.close()
    with live.client() as client:
        client.post(f"/api/v1/runs/{job['run_id']}/stop", json={"grace_s": 0})
