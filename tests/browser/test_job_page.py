"""A job's page: what it used, edit and re-run, two runs compared, the timeline, stopping, its states."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from safelight.actions import access
from safelight.domain.permissions import Role
from safelight.store import organizations, users
from safelight.store.db import Database, sqlite_url
from tests.browser.conftest import sign_in, violations
from tests.browser.house import ok
from tests.live import LiveServer, until
from tests.scripts import add_processing

pytestmark = pytest.mark.browser

SLOW_MS = 60_000  # for jobs; the page itself has what conftest gives it

STEADY = """\
import os, signal, time
import safelight

given = safelight.current().parameters
if given["deaf"]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("::group::Warm up")
print("warm", flush=True)
print("::endgroup::")
print("batch of", given["batch"], flush=True)
time.sleep(given["seconds"])
if given["fail"]:
    raise RuntimeError("the lamp is out")
"""
RULES = """\
[parameters.batch]
type = "integer"
default = 16
min = 1
max = 64
[parameters.seconds]
type = "number"
default = 4
[parameters.fail]
type = "boolean"
default = false
[parameters.deaf]
type = "boolean"
default = false
[parameters.password]
type = "secret"
[inputs.note]
type = "TEXT"
required = false
[resources]
memory = "1GiB"
"""


@pytest.fixture(scope="module")
def steady(live: LiveServer, house: dict[str, Any]) -> dict[str, Any]:
    with live.client() as client:
        processing: dict[str, Any] = add_processing(client, "steady", STEADY, RULES)
        return processing


@pytest.fixture(scope="module")
def twice(live: LiveServer, house: dict[str, Any], steady: dict[str, Any]) -> dict[str, Any]:
    """A job whose first run has failed and whose second, with other values, has not."""
    with live.client() as client:
        job = _launch(client, steady, house, fail=True, password="hush hush")
        until(client, job["id"], "FAILED")
        body = {"parameters": {"fail": False, "batch": 8}, "resources": {"memory": "2GiB"}}
        ok(client.post(f"/api/v1/jobs/{job['id']}/rerun", json=body))
        done: dict[str, Any] = until(client, job["id"], "SUCCEEDED")
        return done


def _launch(client: Any, steady: Any, house: Any, **parameters: Any) -> Any:
    body = {"target_id": house["version"], "parameters": parameters, "inputs": {"note": "first"}}
    return ok(client.post(f"/api/v1/processings/{steady['id']}/launch", json=body))


@pytest.fixture
def running(live: LiveServer, house: Any, steady: Any) -> Iterator[dict[str, Any]]:
    """A job that runs until it is killed; it does not hear a stop."""
    with live.client() as client:
        job = _launch(client, steady, house, seconds=600, deaf=True)
        yield until(client, job["id"], "RUNNING")
        newest = client.get(f"/api/v1/jobs/{job['id']}").json()["run_id"]
        client.post(f"/api/v1/runs/{newest}/stop", json={"grace_s": 0})
        until(client, job["id"], "KILLED", "FAILED")


def open_job(page: Page, job: dict[str, Any], more: str = "") -> None:
    page.goto(f"/{page.url.split('/')[3]}/jobs/{job['id']}{more}")
    expect(page.get_by_role("heading", level=1)).to_have_text(job["name"])


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="About this run").get_by_role("link", name=name).click()


def edit(page: Page) -> Any:
    return page.get_by_role("dialog", name=re.compile("^Edit and re-run"))


# --- resources ------------------------------------------------------------------------------------


def test_what_a_run_used_is_drawn_with_its_peak_and_its_limit(
    page: Page, twice: dict[str, Any]
) -> None:
    open_job(page, twice)
    tab(page, "Resources")
    memory = page.get_by_role("figure").filter(has_text="Memory")
    expect(memory).to_contain_text(re.compile(r"peak [\d.]+ MiB · limit 2 GiB"))
    said = memory.get_by_role("img").get_attribute("aria-label") or ""
    assert re.match(r"Memory over time: peak [\d.]+ MiB · limit 2 GiB, at the end", said)
    expect(page.get_by_role("figure").filter(has_text="CPU")).to_be_visible()


def test_charts_grow_while_the_run_runs(page: Page, running: dict[str, Any]) -> None:
    open_job(page, running, "?tab=usage")
    expect(page.get_by_role("figure").filter(has_text="CPU")).to_be_visible(timeout=SLOW_MS)


def test_a_run_that_was_too_short_says_so(page: Page, house: dict[str, Any]) -> None:
    # On a busy machine even a short run lives long enough for a sample.
    nothing = {"samples": [], "peak": dict.fromkeys(("cpu", "memory", "gpu", "disk")), "limits": {}}
    page.route("**/api/v1/runs/*/samples", lambda route: route.fulfill(json=nothing))
    open_job(page, {"id": house["breaks"], "name": "breaks"}, "?tab=usage")
    expect(page.get_by_role("heading", name="This run was too short for a sample")).to_be_visible()


# --- edit and re-run ------------------------------------------------------------------------------


def test_an_address_proposes_values_which_are_shown_as_different_and_launched(
    page: Page, live: LiveServer, house: dict[str, Any], steady: dict[str, Any]
) -> None:
    with live.client() as client:
        job = _launch(client, steady, house, fail=True, seconds=0, password="hush hush")
        until(client, job["id"], "FAILED")
        open_job(page, job, f"?edit={quote(json.dumps({'parameters': {'batch': 4}}))}")
        form = edit(page)
        expect(form.get_by_label("batch")).to_have_value("4")
        different = form.get_by_role("region", name="Different from run 1")
        expect(different).to_contain_text("16")
        expect(different).to_contain_text("4")
        form.get_by_role("switch", name="fail").click()
        expect(different).to_contain_text("false")
        form.get_by_label("Memory", exact=True).fill("512 MiB")
        expect(different).to_contain_text("1 GiB")
        form.get_by_role("button", name="Re-run").click()
        expect(form).not_to_be_visible()
        expect(page.get_by_role("navigation", name="Runs")).to_contain_text("#2")
        expect(page).to_have_url(re.compile(r"/runs/[0-9a-f-]+$"))
        ended = until(client, job["id"], "SUCCEEDED")["job_runs"][0]
    assert (ended["parameters"]["batch"], ended["parameters"]["fail"]) == (4, False)
    assert ended["resources"]["memory"] == 512 << 20
    assert "hush" not in json.dumps(ended)


def test_what_does_not_fit_is_said_at_its_field_and_keeps_the_launch_back(
    page: Page, twice: dict[str, Any]
) -> None:
    open_job(page, twice)
    page.get_by_role("button", name="Edit and re-run").click()
    form = edit(page)
    expect(form.get_by_role("region", name="Different from run 2")).to_contain_text("Nothing")
    form.get_by_label("batch").fill("900")
    expect(form.get_by_text("Must be an integer from 1 to 64, not 900.")).to_be_visible()
    form.get_by_label("Memory", exact=True).fill("much")
    expect(form.get_by_text(re.compile('Must be as "4GiB"'))).to_be_visible()
    expect(form.get_by_role("button", name="Re-run")).to_be_disabled()
    form.get_by_role("button", name="Take everything back").click()
    expect(form.get_by_role("button", name="Re-run")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(form).not_to_be_visible()
    expect(page).not_to_have_url(re.compile("edit"))


def test_an_earlier_run_is_edited_with_its_own_values_and_its_secret_is_never_shown(
    page: Page, twice: dict[str, Any]
) -> None:
    first = twice["job_runs"][1]
    open_job(page, twice, f"/runs/{first['id']}?edit=%7B%7D")
    form = edit(page)
    expect(form.get_by_label("batch")).to_have_value("16")
    expect(form.get_by_label("Memory", exact=True)).to_have_value("1 GiB")
    secret = form.get_by_label("password", exact=True)
    expect(secret).to_have_value("")
    expect(secret).to_have_attribute("placeholder", "Kept; type to replace it")
    secret.fill("whisper")
    expect(form.get_by_role("region", name="Different from run 1")).to_contain_text("replaced")
    assert "hush hush" not in page.content()


def test_an_address_that_cannot_be_read_says_so(page: Page, twice: dict[str, Any]) -> None:
    open_job(page, twice, "?edit=%7Bbroken")
    expect(edit(page).get_by_text(re.compile("proposes cannot be read"))).to_be_visible()


def test_another_package_since_is_told_before_the_launch(
    page: Page, live: LiveServer, house: dict[str, Any]
) -> None:
    with live.client() as client:
        first = add_processing(client, "moves", "print('one')\n")
        body = {"target_id": house["version"]}
        job = ok(client.post(f"/api/v1/processings/{first['id']}/launch", json=body))
        until(client, job["id"], "SUCCEEDED")
        add_processing(client, "moves", "print('two')\n")
    open_job(page, job, "?edit=%7B%7D")
    warnings = edit(page).get_by_role("list", name="What has changed since")
    expect(warnings).to_contain_text("moves has the package")


# --- two runs -------------------------------------------------------------------------------------


def test_two_runs_are_compared_down_to_the_first_line_that_differs(
    page: Page, twice: dict[str, Any]
) -> None:
    open_job(page, twice)
    tab(page, "Compare")
    table = page.get_by_role("table", name="What is different")
    expect(table.get_by_role("row", name=re.compile("^batch"))).to_contain_text("16")
    expect(table.get_by_role("row", name=re.compile("^memory 1 GiB 2 GiB"))).to_be_visible()
    expect(table.get_by_role("row", name=re.compile("^failure"))).to_contain_text("the lamp is out")
    expect(page.get_by_text("batch of 16")).to_be_visible()
    place = page.get_by_role("link", name=re.compile("^Run 1, line"))
    place.click()
    expect(page).to_have_url(re.compile(rf"/runs/{twice['job_runs'][1]['id']}#L\d+$"))
    expect(page.get_by_role("log")).to_contain_text("batch of 16")


def test_the_address_holds_both_runs(page: Page, twice: dict[str, Any]) -> None:
    first = twice["job_runs"][1]
    open_job(page, twice, f"/runs/{first['id']}?tab=compare&with=2")
    expect(page.get_by_label("Run 1 compared with")).to_have_value("2")
    expect(page.get_by_role("columnheader", name="Run 1")).to_be_visible()


# --- timeline, what ran, stop ---------------------------------------------------------------------


def test_the_timeline_tells_what_happened_and_how_it_stands(
    page: Page, running: dict[str, Any]
) -> None:
    open_job(page, running, "?tab=timeline")
    events = page.get_by_role("main").get_by_role("listitem")
    expect(events.filter(has_text="Asked for")).to_contain_text("you")
    expect(events.filter(has_text="Started")).to_be_visible()
    expect(events.last).to_contain_text("Running")


def test_a_stop_counts_down_and_a_second_press_kills_now(
    page: Page, live: LiveServer, running: dict[str, Any]
) -> None:
    open_job(page, running, "?tab=timeline")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Stop run 1").click()
    kill = page.get_by_role("button", name=re.compile(r"^Kill now · \d+ s$"))
    expect(kill).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Stopping; killed in \d+ s"))).to_be_visible()
    kill.click()
    expect(page.get_by_text("Ended: Stopped")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("Kill asked for")).to_be_visible()


def test_what_ran_has_the_command_that_launches_it_again(page: Page, twice: dict[str, Any]) -> None:
    open_job(page, twice, "?tab=what")
    expect(page.get_by_role("main")).to_contain_text("environment hash")
    page.get_by_text("As a new job").click()
    terminal = page.get_by_label("Terminal", exact=True).first
    expect(terminal).to_contain_text("safelight processing launch steady --target apples/spring")
    expect(terminal).to_contain_text("--set batch=8")
    expect(terminal).to_contain_text("--limit memory=2GiB")
    expect(terminal).to_contain_text("--set password=...")
    page.get_by_text("As the next run of this job, like run 2").click()
    expect(page.get_by_text(f"safelight rerun {twice['id']} --run 2", exact=True)).to_be_visible()


# --- states ---------------------------------------------------------------------------------------


def test_a_viewer_reads_at_each_button_why_it_is_off(
    browser: Browser, live: LiveServer, running: dict[str, Any]
) -> None:
    db = Database(sqlite_url(live.data / "safelight.db"))
    with db.transaction() as tx:
        home = organizations.first(tx)
        assert home is not None
        viewer = users.find(tx, "looker") or users.add(tx, "looker")
        users.join(tx, home.organization_id, viewer.user_id, Role.VIEWER)
        link = access.issue_link(tx, viewer.user_id)
    db.close()
    context = browser.new_context(base_url=live.url)
    page = context.new_page()
    page.goto(f"/login?link={link}")
    page.wait_for_url("**/jobs")
    open_job(page, running)
    for name in ("Stop", "Edit and re-run", "Re-run"):
        button = page.get_by_role("button", name=name, exact=True)
        expect(button).to_have_attribute("aria-disabled", "true")
        expect(button).to_have_attribute("aria-description", re.compile("^A viewer looks on"))
    page.get_by_role("button", name="Re-run", exact=True).click(force=True)
    expect(page.get_by_role("navigation", name="Runs").get_by_role("link")).to_have_count(1)
    context.close()


def test_a_page_that_was_loaded_stays_while_the_server_is_away(
    page: Page, running: dict[str, Any]
) -> None:
    page.clock.install()
    open_job(page, running)
    one = re.compile(rf"/api/v1/jobs/{running['id']}$")
    page.route(one, lambda route: route.abort())
    page.clock.fast_forward(16_000)
    notice = page.get_by_role("status").filter(has_text="This is how it stood at")
    expect(notice).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_role("heading", level=1)).to_have_text("steady")
    page.unroute(one)
    notice.get_by_role("button", name="Try again").click()
    expect(notice).not_to_be_visible()


def test_a_page_that_cannot_be_loaded_is_tried_again(page: Page, twice: dict[str, Any]) -> None:
    one = re.compile(rf"/api/v1/jobs/{twice['id']}$")
    page.route(one, lambda route: route.abort())
    page.goto(f"/{page.url.split('/')[3]}/jobs/{twice['id']}")
    expect(page.get_by_role("heading", name="No connection to Safelight")).to_be_visible()
    page.unroute(one)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("steady")


def test_a_job_that_is_removed_meanwhile_is_said_to_be(page: Page, running: dict[str, Any]) -> None:
    def gone(route: Route) -> None:
        body = {"code": "not_found", "message": "There is no such job.", "detail": None}
        route.fulfill(status=404, json=body)

    page.clock.install()
    open_job(page, running)
    page.route(re.compile(rf"/api/v1/jobs/{running['id']}$"), gone)
    page.clock.fast_forward(16_000)
    expect(page.get_by_role("heading", name="steady was removed")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="All jobs").click()
    expect(page.get_by_role("heading", name="Jobs", level=1)).to_be_visible()


def test_a_run_of_another_job_leads_back(page: Page, twice: dict[str, Any]) -> None:
    organization = page.url.split("/")[3]
    page.goto(f"/{organization}/jobs/{twice['id']}/runs/00000000-0000-7000-8000-000000000000")
    expect(page.get_by_role("heading", name="This job has no such run")).to_be_visible()
    page.get_by_role("link", name="Open its newest run").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("steady")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_part_is_accessible_and_fits_a_phone(
    browser: Browser, live: LiveServer, twice: dict[str, Any], theme: str
) -> None:
    context = browser.new_context(base_url=live.url, bypass_csp=True)
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{theme}')")
    sign_in(page, live)
    edited = quote(json.dumps({"parameters": {"batch": 900}}))
    parts = {
        "?tab=usage": page.get_by_role("figure").first,
        "?tab=compare": page.get_by_role("table", name="What is different"),
        "?tab=what": page.get_by_text("As a new job"),
        "?tab=timeline": page.get_by_text("Ended: Success"),
        f"?edit={edited}": page.get_by_text("Must be an integer from 1 to 64, not 900."),
    }
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for part, sign in parts.items():
            open_job(page, twice, part)
            expect(sign).to_be_visible()
            assert violations(page) == [], (part, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (part, width)
    context.close()
