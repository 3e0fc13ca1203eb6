"""Export from the page of a version: a format is chosen, and the job's page offers the file."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import sign_in, violations
from tests.live import LiveServer

pytestmark = pytest.mark.browser

SLOW_MS = 60_000


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_a_version_is_exported_and_downloaded(
    browser: Browser,
    live: LiveServer,
    house: dict[str, Any],
    scheme: Any,
    width: int,
    tmp_path: Any,
) -> None:
    context = browser.new_context(
        base_url=live.url,
        color_scheme=scheme,
        reduced_motion="reduce",
        bypass_csp=True,
        viewport={"width": width, "height": 844},
    )
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{scheme}')")
    sign_in(page, live)
    organization = page.url.split("/")[3]
    page.goto(f"/{organization}/dataset/{house['dataset']}/version/{house['version']}/assets")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Export …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Pascal VOC").check()
    dialog.get_by_role("checkbox", name="With the picture files").check()
    assert violations(page) == []
    dialog.get_by_role("button", name="Export", exact=True).click()
    link = page.get_by_role("link", name="Download", exact=True)
    expect(link).to_be_visible(timeout=SLOW_MS)
    with page.expect_download() as arriving:
        link.click()
    assert "voc" in arriving.value.suggested_filename
    arriving.value.save_as(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert any(name.startswith("Annotations/") for name in archive.namelist())
    assert violations(page) == []
    context.close()
