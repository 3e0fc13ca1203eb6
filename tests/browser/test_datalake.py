"""The datalake on the page: found by its search box, chosen, tagged, put into a version; uploads that go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in, violations
from tests.browser.house import ok
from tests.live import LiveServer
from tests.pictures import picture

pytestmark = pytest.mark.browser

MANY = 300


@pytest.fixture(scope="module")
def lake(live: LiveServer, house: dict[str, Any]) -> str:
    """The house's datalake with some hundred files more."""
    with live.client() as client:
        files = [
            ("files", (f"cell_{number:03}.png", picture(8 + number, 60, format="PNG")))
            for number in range(MANY)
        ]
        ok(client.post(f"/api/v1/datalakes/{house['datalake']}/data", files=files))
    return str(house["datalake"])


@pytest.fixture
def screen(page: Page, lake: str) -> Page:
    page.goto(f"/{page.url.split('/')[3]}/datalake/{lake}")
    expect(tile(page, "cell_299.png")).to_be_visible()
    return page


def tile(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=re.compile(f"^{re.escape(name)}"))


def search(page: Page, text: str) -> None:
    page.get_by_role("combobox", name="Search files").fill(text)


def test_the_end_of_a_long_list_is_reached_without_what_lies_before(screen: Page) -> None:
    drawn = screen.get_by_role("list", name="Files").get_by_role("listitem").count()
    assert drawn < MANY / 2
    screen.evaluate(
        "document.querySelector('[aria-label=Files]').parentElement.parentElement.scrollTop = 1e9"
    )
    expect(tile(screen, "apple_0.png")).to_be_visible()
    expect(tile(screen, "cell_299.png")).to_have_count(0)


def test_a_search_stands_in_the_address_and_says_what_it_does_not_understand(screen: Page) -> None:
    search(screen, "width:>=300 cell")
    expect(screen).to_have_url(re.compile(r"q=width"))
    expect(screen.get_by_text("8 files found")).to_be_visible()
    screen.reload()
    expect(screen.get_by_text("8 files found")).to_be_visible()
    search(screen, "colour:red")
    expect(screen.get_by_role("alert")).to_contain_text("There is no filter 'colour'")
    search(screen, "nothing_is_called_this")
    expect(screen.get_by_role("heading", name="No file fits")).to_be_visible()


def test_filters_and_their_values_are_offered_while_one_types(screen: Page) -> None:
    search(screen, "cell pi")
    screen.get_by_role("option", name="picture:").click()
    screen.get_by_role("option", name="picture:no").click()
    expect(screen).to_have_url(re.compile(r"q=cell\+picture%3Ano"))
    expect(screen.get_by_role("heading", name="No file fits")).to_be_visible()


def test_files_are_chosen_tagged_and_found_by_their_tag(screen: Page) -> None:
    search(screen, "cell_00")
    expect(screen.get_by_text("10 files found")).to_be_visible()
    tile(screen, "cell_009.png").click(modifiers=["Control"])
    tile(screen, "cell_006.png").click(modifiers=["Shift"])
    bar = screen.get_by_role("group", name="Selected files")
    expect(bar).to_contain_text("4 selected")
    bar.get_by_role("button", name="Tag", exact=True).click()
    screen.get_by_label("Name").fill("browser tag")
    screen.get_by_role("button", name="Put it on").click()
    expect(bar).to_have_count(0)
    search(screen, 'tag:"browser tag"')
    expect(screen.get_by_text("4 files found")).to_be_visible()
    tile(screen, "cell_009.png").click(modifiers=["Control"])
    bar.get_by_role("button", name="Select all 4").click()
    expect(bar).to_contain_text("4 selected")
    screen.keyboard.press("Escape")
    expect(bar).to_have_count(0)


def test_what_a_version_uses_is_not_deleted_and_the_panel_says_which(screen: Page) -> None:
    search(screen, "apple_1.png")
    expect(screen.get_by_text("1 file found")).to_be_visible()
    tile(screen, "apple_1.png").click()
    panel = screen.get_by_role("dialog")
    expect(panel.get_by_role("link", name="apples/spring")).to_be_visible()
    expect(screen).to_have_url(re.compile("data="))
    screen.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    tile(screen, "apple_1.png").click(modifiers=["Control"])
    screen.get_by_role("group", name="Selected files").get_by_role("button", name="Delete").click()
    dialog = screen.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_role("alert")).to_contain_text("apples/spring")


def test_all_that_is_found_goes_into_a_version_as_a_job(screen: Page) -> None:
    search(screen, "cell_01")
    expect(screen.get_by_text("10 files found")).to_be_visible()
    tile(screen, "cell_019.png").click(modifiers=["Control"])
    bar = screen.get_by_role("group", name="Selected files")
    bar.get_by_role("button", name="Select all 10").click()
    bar.get_by_role("button", name="Add to version").click()
    dialog = screen.get_by_role("dialog")
    dialog.get_by_label("Dataset").select_option(label="apples")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(screen.get_by_role("heading", name=re.compile("^Add 10 pictures to"))).to_be_visible()


def test_an_upload_points_out_what_is_there_and_what_it_refuses(
    screen: Page, tmp_path: Path
) -> None:
    there = picture(8 + 5, 60, format="PNG")  # as cell_005.png
    files = {
        "cell_005.png": there,
        "copy_of_5.png": there,
        "fresh.png": picture(50, 51, format="PNG"),
        "torn.png": b"no picture",
        "empty.png": b"",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    picker = screen.locator("input[type=file]").first
    picker.set_input_files([str(tmp_path / name) for name in files])
    upload = screen.get_by_role("region", name="Upload")
    expect(upload).to_contain_text("Upload ended")
    expect(upload).to_contain_text("1 picture uploaded, 1 there already")
    expect(upload).to_contain_text("copy_of_5.png is cell_005.png")
    expect(upload.get_by_role("alert")).to_contain_text("torn.png: This is not a picture.")
    expect(upload.get_by_role("alert")).to_contain_text("empty.png: It is empty.")
    upload.get_by_role("button", name="Add them all the same").click()
    expect(upload).to_contain_text("2 pictures uploaded")
    expect(tile(screen, "copy_of_5.png")).to_be_visible()
    assert violations(screen) == []


def test_an_upload_waits_while_the_connection_is_away(screen: Page, tmp_path: Path) -> None:
    (tmp_path / "later.png").write_bytes(picture(70, 71, format="PNG"))
    screen.context.set_offline(True)
    screen.locator("input[type=file]").first.set_input_files(str(tmp_path / "later.png"))
    upload = screen.get_by_role("region", name="Upload")
    expect(upload).to_contain_text("Waiting for the connection")
    screen.context.set_offline(False)
    expect(upload).to_contain_text("1 picture uploaded")


@pytest.fixture(params=["dark", "light"])
def themed(
    request: pytest.FixtureRequest, browser: Browser, live: LiveServer, lake: str
) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, base_url=live.url, bypass_csp=True
    )
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{request.param}')")
    sign_in(page, live)
    page.goto(f"/{page.url.split('/')[3]}/datalake/{lake}")
    yield page
    context.close()


def test_the_list_its_bar_and_its_panel_fit_a_phone_and_are_accessible(themed: Page) -> None:
    search(themed, "cell_2")
    expect(themed.get_by_text("100 files found")).to_be_visible()
    themed.get_by_role("checkbox", name="Select cell_299.png").click()
    expect(themed.get_by_role("group", name="Selected files")).to_contain_text("1 selected")
    assert themed.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(themed) == []
    themed.get_by_role("button", name="Select nothing").click()
    tile(themed, "cell_298.png").click()
    expect(themed.get_by_role("dialog")).to_contain_text("Versions that use it")
    assert violations(themed) == []
