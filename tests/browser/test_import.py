"""Importing through the page: what it would do, what was bad, and that again when it is mended."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in, violations
from tests.browser.house import coco, ok
from tests.live import LiveServer

pytestmark = pytest.mark.browser

SLOW_MS = 60_000


def broken() -> dict[str, Any]:
    """The apples with five bad records, each of another kind."""
    file: dict[str, Any] = json.loads(coco())
    bad = file["annotations"]
    bad[0]["bbox"] = [1, 2, -3, 4]
    bad[1]["category_id"] = 77
    bad[2]["image_id"] = 99
    bad[3]["bbox"] = "no box"
    bad[4]["segmentation"] = [[1, 2, 3]]
    return file


@pytest.fixture
def version(live: LiveServer, house: dict[str, Any]) -> str:
    """An empty version."""
    with live.client() as client:
        path = f"/api/v1/datasets/{house['dataset']}/versions"
        known = client.get(f"/api/v1/datasets/{house['dataset']}").json()["versions"]
        name = f"import {len(known)}"
        return str(ok(client.post(path, json={"name": name, "type": "OBJECT_DETECTION"}))["id"])


def open_dialog(page: Page, house: dict[str, Any], version: str) -> Any:
    organization = page.url.split("/")[3]
    page.goto(f"/{organization}/dataset/{house['dataset']}/version/{version}/assets")
    page.get_by_role("button", name="Import").click()
    return page.get_by_role("dialog", name="Import annotations")


def choose(dialog: Any, path: Path, label: str = "File of annotations") -> None:
    with dialog.page.expect_file_chooser() as chooser:
        dialog.get_by_label(label).click()
    chooser.value.set_files(path)


def test_bad_records_are_found_left_out_downloaded_mended_and_imported_again(
    page: Page, house: dict[str, Any], version: str, tmp_path: Path
) -> None:
    file = tmp_path / "harvest.json"
    file.write_text(json.dumps(broken()))
    dialog = open_dialog(page, house, version)
    choose(dialog, file)
    dialog.get_by_role("button", name="Check").click()
    report = dialog.get_by_role("region", name="What the import would do")
    expect(report).to_contain_text("5 bad records", timeout=SLOW_MS)
    expect(report).to_contain_text("bbox [1, 2, -3, 4] has a negative size")
    dialog.get_by_label("Skip bad records").check()
    dialog.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url("**/jobs/*")

    rejects = page.get_by_role("region", name="Rejected records")
    expect(rejects).to_contain_text("5 records rejected", timeout=SLOW_MS)
    with page.expect_download() as download:
        rejects.get_by_role("link", name="rejects.jsonl").click()
    lines = [json.loads(line) for line in Path(download.value.path()).read_text().splitlines()]
    named = {line["where"] for line in lines}
    assert len(named) == len(lines) == 5

    mended: dict[str, Any] = json.loads(coco())
    file.write_text(json.dumps(mended))
    rejects.get_by_role("button", name="Import the mended file").click()
    again = page.get_by_role("dialog", name="Import rejected records again")
    choose(again, file, "Mended file")
    first = page.url
    again.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(re.compile(r"/jobs/[0-9a-f-]+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Import rejects again")
    expect(page.get_by_text("2 pictures, 5 shapes: done")).to_be_visible(timeout=SLOW_MS)
    taken_from = page.get_by_role("link", name=f"job …{first.partition('?')[0][-8:]}").first
    expect(taken_from).to_be_visible()
    page.goto(first)
    expect(page.get_by_role("link", name="Imported again").first).to_be_visible()


def test_a_file_that_cannot_be_read_says_so_in_the_dialog(
    page: Page, house: dict[str, Any], version: str, tmp_path: Path
) -> None:
    file = tmp_path / "notes.json"
    file.write_text('{"notes": []}')
    dialog = open_dialog(page, house, version)
    choose(dialog, file)
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.get_by_text("The file could not be checked")).to_be_visible(timeout=SLOW_MS)
    expect(dialog).to_contain_text("There are no annotations of a known format")


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_dialog_is_accessible_and_fits(
    browser: Browser,
    live: LiveServer,
    house: dict[str, Any],
    version: str,
    tmp_path: Path,
    scheme: Any,
    width: int,
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        base_url=live.url,
        bypass_csp=True,
        color_scheme=scheme,
    )
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{scheme}')")
    sign_in(page, live)
    file = tmp_path / "harvest.json"
    file.write_text(json.dumps(broken()))
    dialog = open_dialog(page, house, version)
    choose(dialog, file)
    dialog.get_by_role("button", name="Check").click()
    expect(dialog).to_contain_text("5 bad records", timeout=SLOW_MS)
    dialog.get_by_text("More options").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dialog.get_by_label("Skip bad records").check()
    dialog.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url("**/jobs/*")
    page.goto(f"{page.url}?tab=result")
    rejected = page.get_by_role("region", name="Rejected records")
    expect(rejected).to_be_visible(timeout=SLOW_MS)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
