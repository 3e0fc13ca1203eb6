"""Where versions come from, on the page of their dataset: kinds, many sources, jobs, in both themes and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import sign_in, violations
from tests.browser.house import ok
from tests.browser.test_gallery import go
from tests.live import LiveServer, until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def family(live: LiveServer, house: dict[str, Any]) -> dict[str, Any]:
    """A dataset with a version of the apples, its parts, and the merge of these with the apples elsewhere."""
    with live.client() as client:

        def done(version: str, operation: str, body: dict[str, Any]) -> Any:
            job = ok(client.post(f"/api/v1/versions/{version}/{operation}", json=body))
            until(client, job["id"], "SUCCEEDED")
            return job

        dataset = ok(client.post("/api/v1/datasets", json={"name": "family"}))
        path = f"/api/v1/datasets/{dataset['id']}"
        first = ok(client.post(f"{path}/versions", json={"name": "harvest"}))["id"]
        done(first, "copy", {"source": "apples/spring"})
        done(first, "split", {"parts": {"train": 0.5, "test": 0.5}})
        by_name = {one["name"]: one["id"] for one in ok(client.get(path))["versions"]}
        others = ["family/test", "apples/spring"]
        merge = done(by_name["train"], "merge", {"versions": others, "name": "all"})
        return {"dataset": dataset["id"], "merge": merge, **by_name}


def open_family(page: Page, family: dict[str, Any]) -> Locator:
    go(page, f"/dataset/{family['dataset']}")
    table = page.get_by_role("table", name="Versions")
    expect(table.get_by_role("link", name="harvest").first).to_be_visible()
    return table


def test_each_version_says_what_it_came_from(page: Page, family: dict[str, Any]) -> None:
    rows = open_family(page, family).get_by_role("row")
    expect(rows.nth(1)).to_contain_text("harvest pictures from apples / spring · job")
    expect(rows.nth(2)).to_contain_text("test part of harvest · job")
    expect(rows.nth(3)).to_contain_text("train part of harvest · job")
    expect(rows.nth(4)).to_contain_text("all merge of train, test, apples / spring · job")


def test_sources_and_jobs_are_a_click_away(page: Page, family: dict[str, Any]) -> None:
    merged = open_family(page, family).get_by_role("row").nth(4)
    merged.get_by_role("link", name="apples / spring").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("apples / spring")
    page.go_back()
    merged.get_by_role("link", name=f"job {family['merge']['name']}").click()
    page.wait_for_url(f"**/jobs/{family['merge']['id']}**")


def test_a_version_says_it_on_its_own_page_too(page: Page, family: dict[str, Any]) -> None:
    go(page, f"/dataset/{family['dataset']}/version/{family['train']}/assets")
    expect(page.get_by_text("part of harvest · job")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_family_is_accessible_and_fits_a_phone(
    browser: Browser, live: LiveServer, family: dict[str, Any], theme: str, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, base_url=live.url, bypass_csp=True
    )
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{theme}')")
    sign_in(page, live)
    open_family(page, family)
    found = violations(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert found == []
    assert wide <= width
