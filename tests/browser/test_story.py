"""The end-to-end story: log in, find, filter, watch, stop, re-run, open the object, import a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, login_link
from tests.browser.house import coco, furnish
from tests.live import LiveServer, until

pytestmark = pytest.mark.browser

SLOW_MS = 60_000  # for jobs; the page itself has what conftest gives it


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of its own, that holds what is told here and nothing of other tests."""
    with LiveServer(tmp_path_factory.mktemp("story") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def house(live: LiveServer) -> dict[str, Any]:
    with live.client() as client:
        return furnish(client)


def jobs(page: Page) -> Any:
    return page.get_by_role("table", name="Jobs")


def log(page: Page) -> Any:
    return page.get_by_role("log")


def open_job(page: Page, job_id: str) -> None:
    page.goto(re.sub(r"/jobs.*", f"/jobs/{job_id}", page.url))
    expect(page.get_by_role("heading", level=1)).not_to_be_empty()


def test_a_password_lets_in_and_a_wrong_one_does_not(browser: Browser, live: LiveServer) -> None:
    context = browser.new_context(base_url=live.url)
    page = context.new_page()
    page.goto(login_link(live))
    page.wait_for_url("**/jobs")
    page.evaluate(
        """password => fetch("/api/v1/session/password", {method: "PUT",
        headers: {"Content-Type": "application/json"}, body: JSON.stringify({password})})""",
        PASSWORD,
    )
    context.clear_cookies()
    page.goto("/")
    page.get_by_label("Name").fill("owner")
    page.get_by_label("Password", exact=True).fill("not it")
    page.get_by_role("button", name="Log in").or_(
        page.get_by_role("button", name="Sign in")
    ).click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/jobs")
    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
    context.close()


def test_a_login_link_works_once(browser: Browser, live: LiveServer) -> None:
    link = login_link(live)
    first, second = browser.new_context(), browser.new_context()
    page = first.new_page()
    page.goto(link)
    page.wait_for_url("**/jobs")
    page = second.new_page()
    page.goto(link)
    expect(page.get_by_role("alert")).to_be_visible()
    first.close()
    second.close()


def test_the_list_shows_the_three_kinds_and_filters_by_type_text_and_status(page: Page) -> None:
    for name in ("Import annotations, spring.json", "hello", "breaks", "baseline"):
        expect(jobs(page).get_by_role("link", name=name).first).to_be_visible()
    kinds = page.get_by_role("navigation", name="Type of job")
    kinds.get_by_role("link", name=re.compile("^Trainings")).click()
    expect(page).to_have_url(re.compile("type=TRAINING"))
    expect(jobs(page).get_by_role("link", name=re.compile("baseline")).first).to_be_visible()
    expect(jobs(page).get_by_role("link", name="hello")).to_have_count(0)
    kinds.get_by_role("link", name=re.compile("^All")).click()
    search = page.get_by_label("Search jobs")
    search.fill("spring.json")
    expect(jobs(page).get_by_role("link", name="hello")).to_have_count(0)
    expect(jobs(page).get_by_role("link", name=re.compile("spring.json")).first).to_be_visible()
    search.fill("status:failure")
    search.press("Enter")
    expect(jobs(page).get_by_role("link", name="breaks").first).to_be_visible()
    expect(jobs(page).get_by_role("link", name=re.compile("spring.json"))).to_have_count(0)
    expect(page).to_have_url(re.compile("FAILED"))
    page.reload()
    expect(jobs(page).get_by_role("link", name="breaks").first).to_be_visible()
    expect(jobs(page).get_by_role("link", name="hello")).to_have_count(0)


def test_a_running_job_is_watched_and_stopped(
    page: Page, live: LiveServer, house: dict[str, Any]
) -> None:
    with live.client() as client:
        job = client.post(
            f"/api/v1/processings/{house['ticks']}/launch", json={"target_id": house["version"]}
        ).json()
        # The list is open: the job appears and runs without anybody touching the page.
        row = jobs(page).get_by_role("row").filter(has_text="ticks").first
        expect(row).to_contain_text("Running", timeout=SLOW_MS)
        row.get_by_role("link", name="ticks").click()
        page.wait_for_url(f"**/jobs/{job['id']}*")
        expect(log(page)).to_contain_text("tick 1", timeout=SLOW_MS)
        expect(log(page)).to_contain_text("tick 4", timeout=SLOW_MS)  # it grows
        page.get_by_role("button", name="Stop", exact=True).click()
        page.get_by_role("button", name=re.compile(r"^Stop run \d+$")).click()
        expect(page.get_by_role("main")).to_contain_text("Stopped", timeout=SLOW_MS)
        ended = until(client, job["id"], "KILLED")
        assert ended["job_runs"][0]["stop"]["by"]["name"] == "owner"
    expect(page.get_by_text(re.compile(r"lines?, complete"))).to_be_visible()


@pytest.mark.parametrize("kind", ["hello", "trained", "import"])
def test_a_job_of_each_type_runs_again(
    page: Page, live: LiveServer, house: dict[str, Any], kind: str
) -> None:
    with live.client() as client:
        before = client.get(f"/api/v1/jobs/{house[kind]}").json()["runs"]  # others ran it, too
    open_job(page, house[kind])
    page.get_by_role("button", name="Re-run", exact=True).click()
    runs = page.get_by_role("navigation", name="Runs")
    expect(runs).to_contain_text(f"#{before + 1}")
    with live.client() as client:
        ended = until(client, house[kind], "SUCCEEDED", "FAILED", "KILLED")
    assert (ended["status"], ended["runs"]) == ("SUCCEEDED", before + 1)
    expect(runs.get_by_role("link").first).to_contain_text("Success")


def test_a_failed_job_says_why_and_shows_its_log(page: Page, house: dict[str, Any]) -> None:
    open_job(page, house["breaks"])
    banner = page.get_by_role("region", name="Why it failed")
    expect(banner).to_contain_text("capture_0041.tif is not a picture")
    expect(log(page)).to_contain_text("Read the pictures")  # a section
    expect(log(page)).to_contain_text("ValueError")
    search = page.get_by_label("Search the whole log")
    search.fill("capture_\\d+")
    page.get_by_role("button", name="Regular expression").click()
    expect(page.get_by_role("status").filter(has_text=re.compile(r"\d+ hits"))).to_be_visible()


def test_the_object_of_a_job_opens_and_a_file_is_imported_through_the_page(
    page: Page, live: LiveServer, house: dict[str, Any], tmp_path: Path
) -> None:
    open_job(page, house["import"])
    page.get_by_role("link", name=re.compile("apples")).first.click()
    expect(page.get_by_role("list", name="Pictures").get_by_role("listitem")).to_have_count(6)
    expect(page.get_by_role("button", name=re.compile(r"apple_3\.png, 3 shapes"))).to_be_visible()
    file = tmp_path / "again.json"
    file.write_bytes(coco())
    page.get_by_role("button", name="Import").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("dialog").get_by_text("Replace").click()
    page.get_by_role("dialog").get_by_role("button", name="Import").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_role("heading", name=re.compile("again.json"))).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Success", timeout=SLOW_MS)
    expect(log(page)).to_contain_text("6 pictures")


def test_a_file_with_a_bad_record_changes_nothing_and_says_which(
    page: Page, live: LiveServer, house: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(coco(bad=True))
    path = f"/dataset/{house['dataset']}/version/{house['version']}/assets"
    page.goto(re.sub(r"/jobs.*", path, page.url))
    page.get_by_role("button", name="Import").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("dialog").get_by_role("button", name="Import").click()
    page.wait_for_url("**/jobs/*")
    banner = page.get_by_role("region", name="Why it failed")
    expect(banner).to_contain_text("77", timeout=SLOW_MS)
    expect(log(page)).to_contain_text("5")  # the annotation's id
    with live.client() as client:
        assert client.get(f"/api/v1/versions/{house['version']}").json()["shape_count"] == 18


def test_a_version_is_forked_through_the_page(page: Page, house: dict[str, Any]) -> None:
    path = f"/dataset/{house['dataset']}/version/{house['version']}/assets"
    page.goto(re.sub(r"/jobs.*", path, page.url))
    page.get_by_role("button", name="Fork").click()
    page.get_by_role("dialog").get_by_label("Name").fill("summer")
    page.get_by_role("dialog").get_by_role("button", name="Fork").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_role("main")).to_contain_text("Success", timeout=SLOW_MS)
    page.get_by_role("link", name=re.compile("summer")).first.click()
    expect(page.get_by_role("list", name="Pictures").get_by_role("listitem")).to_have_count(6)


def test_a_processing_is_launched_through_its_form(page: Page, house: dict[str, Any]) -> None:
    page.get_by_role("link", name="Processings").first.click()
    # The list of jobs, which is still there for a moment, has links of that name too.
    expect(page.get_by_role("heading", level=1)).to_have_text("Processings")
    page.get_by_role("link", name=re.compile("^hello")).click()
    page.get_by_label("Dataset").select_option(label="apples")
    page.get_by_label("Version").select_option(label="spring")
    page.get_by_role("button", name="Launch").click()
    page.wait_for_url("**/jobs/*")
    expect(log(page)).to_contain_text("hello from the script", timeout=SLOW_MS)


def test_an_experiment_charts_its_metrics(page: Page, house: dict[str, Any]) -> None:
    path = f"/project/{house['project']}/experiment/{house['experiment']}"
    page.goto(re.sub(r"/jobs.*", path, page.url))
    expect(page.get_by_role("img", name=re.compile("^loss over 5 steps"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^accuracy over 5 steps"))).to_be_visible()
    expect(page.get_by_role("table", name="Jobs")).to_contain_text("Success")


def test_a_training_is_launched_from_the_page_of_its_experiment(
    page: Page, live: LiveServer, house: dict[str, Any]
) -> None:
    path = f"/project/{house['project']}/experiment/{house['experiment']}"
    page.goto(re.sub(r"/jobs.*", path, page.url))
    page.get_by_role("button", name="Launch training").click()
    form = page.get_by_role("dialog")
    form.get_by_label("epochs").fill("3")
    form.get_by_role("button", name="Launch").click()
    page.wait_for_url("**/jobs/*")
    expect(log(page)).to_contain_text("epoch 3", timeout=SLOW_MS)
    expect(page.get_by_role("main")).to_contain_text("Success", timeout=SLOW_MS)
    with live.client() as client:
        [job] = client.get("/api/v1/jobs", params={"type": "TRAINING", "limit": 1}).json()["items"]
        run = client.get(f"/api/v1/jobs/{job['id']}").json()["job_runs"][0]
    assert run["parameters"]["epochs"] == 3


def test_a_log_is_whole_after_a_reload_and_goes_on_after_a_restart_of_the_server(
    page: Page, live: LiveServer, house: dict[str, Any]
) -> None:
    with live.client() as client:
        path = f"/api/v1/processings/{house['ticks']}/launch"
        job = client.post(path, json={"target_id": house["version"]}).raise_for_status().json()
    open_job(page, job["id"])
    expect(log(page)).to_contain_text("tick 2", timeout=SLOW_MS)
    page.reload()
    expect(log(page)).to_contain_text("tick 1")
    expect(log(page)).to_contain_text("tick 5", timeout=SLOW_MS)
    live.kill()
    live.start(live.port)
    # Nobody touches the page: it finds the server again by itself.
    expect(log(page)).to_contain_text("tick 15", timeout=SLOW_MS)
    assert log(page).get_by_text("tick 5", exact=True).count() == 1
    with live.client() as client:
        client.post(f"/api/v1/runs/{job['run_id']}/stop", json={"grace_s": 0}).raise_for_status()
    expect(page.get_by_role("main")).to_contain_text("Stopped", timeout=SLOW_MS)
