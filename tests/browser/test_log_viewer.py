"""The log viewer on logs that others freeze on: ten million lines, five megabytes in one, binary garbage."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from benchmarks import big_log
from benchmarks.log_append import started
from playwright.sync_api import Locator, Page, expect

from safelight.actions import logs
from safelight.actions.context import Context, open_context
from safelight.config import Settings
from safelight.domain.jobs import Ending, Exit, RunStatus
from safelight.store import organizations, runs
from safelight.store.db import Database, sqlite_url
from safelight.store.runs import Run
from tests.browser.conftest import violations
from tests.live import LiveServer

LINES = 10_000_000
LAST = "RuntimeError: CUDA error 719"
ROWS = 150  # no screen shows more rows than this
CHARACTERS = 500_000  # nor has a page with a healthy log more text


@dataclass(frozen=True)
class Logs:
    context: Context
    big: Run
    strange: Run


@pytest.fixture(scope="module")
def house(live: LiveServer) -> Iterator[Logs]:
    """Two runs whose logs were put in, beside the server: a long one and a strange one."""
    db = Database(sqlite_url(live.data / "safelight.db"))
    context = open_context(Settings(data=live.data), db)
    big, strange = started(context), started(context)
    for run in (big, strange):
        end(context, run)  # at once: no scheduler shall look for a process
    big_log.write(context, big, LINES, LAST)
    data = strange_bytes()
    for offset in range(0, len(data), 1 << 20):
        part = data[offset : offset + (1 << 20)]
        logs.append(context, strange.run_id, "stdout", offset, part, at=db.clock())
    logs.append(context, strange.run_id, "stderr", 0, b"it failed\n", at=db.clock())
    logs.expect(context, strange.run_id, {"stdout": len(data), "stderr": 10})
    yield Logs(context, big, strange)
    db.close()


def end(context: Context, run: Run) -> None:
    with context.db.transaction() as tx:
        runs.end(tx, run.run_id, Ending(RunStatus.SUCCEEDED), Exit(exit_code=0))


def strange_bytes() -> bytes:
    return b"".join(
        [
            b"first\n",
            b"x" * 5_000_000 + b"\n",
            b"\xff\xfe\x00\x1b[31mred\x1b[0m \x07 caf\xe9\n",
            bytes(range(256)) * 200 + b"\n",
            b"".join(b"\r%d %%" % (number % 100) for number in range(200_000)) + b"\rstorm over\n",
            b"\x1b]8;;https://example.org/run\x1b\\here\x1b]8;;\x1b\\ \x1b]8;;javascript:alert(1)\x1b\\no\x1b]8;;\x1b\\\n",
            b"\x1b[38;2;255;0;0mtrue\x1b[0m \x1b[38;5;82m256\x1b[0m\n",
            "evil \u202etxt.exe\n".encode(),
        ]
    )


def address(house: Logs, run: Run, hash: str = "") -> str:
    with house.context.db.read() as read:
        home = organizations.get(read, run.organization_id)
    return f"/{home.name}/jobs/{run.job_id}{hash}"


def row(page: Page, line: int) -> Locator:
    return page.locator(f'[role=log] [data-line="{line}"]')


def is_light(page: Page) -> bool:
    """Whether the page holds no more than a screen needs."""
    rows, characters = page.evaluate(
        "() => [document.querySelectorAll('[data-line]').length,"
        " document.querySelector('[role=log]').textContent.length]"
    )
    return bool(0 < rows < ROWS and characters < CHARACTERS)


def test_any_of_ten_million_lines_opens_by_its_address(page: Page, house: Logs) -> None:
    for line in (7_654_321, 1, LINES - 1, 5_000_000):
        page.goto("about:blank")
        page.goto(address(house, house.big, f"#L{line}"))
        expect(row(page, line)).to_contain_text(f"line {line} epoch")
        expect(row(page, line)).to_be_in_viewport()
        expect(row(page, line)).to_have_attribute("data-here", "true")
    expect(page.get_by_text("10,000,000 lines, complete")).to_be_visible()
    assert is_light(page)


def test_a_range_is_chosen_by_its_numbers_and_copied(page: Page, house: Logs) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address(house, house.big, "#L20"))
    row(page, 14).locator("a").first.click()
    row(page, 17).locator("a").first.click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile("#L14-L17$"))
    for line, here in ((13, None), (14, "true"), (17, "true"), (18, None)):
        if here:
            expect(row(page, line)).to_have_attribute("data-here", here)
        else:
            expect(row(page, line)).not_to_have_attribute("data-here", "true")
    page.get_by_role("button", name="Copy 4 lines").click()
    expect(page.get_by_role("button", name="copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "".join(f"{big_log.text(line)}\n" for line in range(14, 18))
    page.reload()
    expect(row(page, 17)).to_have_attribute("data-here", "true")


def test_keys_move_search_and_set_up_the_log(page: Page, house: Logs) -> None:
    page.goto(address(house, house.big, "#L400"))
    expect(row(page, 400)).to_be_in_viewport()
    page.keyboard.press("G")
    expect(row(page, LINES)).to_be_in_viewport()
    page.keyboard.press("PageUp")
    expect(row(page, LINES)).not_to_be_in_viewport()
    expect(row(page, LINES - 40)).to_be_in_viewport()
    page.keyboard.press("g")
    expect(row(page, 1)).to_be_in_viewport()
    page.keyboard.press("/")
    page.keyboard.type("line 987654")
    expect(page.get_by_text("11 hits")).to_be_visible()
    page.keyboard.press("Enter")
    expect(row(page, 987_654)).to_be_in_viewport()
    page.keyboard.press("Escape")  # empties the field
    page.keyboard.type("line 987654")
    page.keyboard.press("Tab")
    page.locator("[role=log]").focus()
    expect(page.get_by_text("of 11").or_(page.get_by_text("11 hits"))).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(row(page, 9_876_541)).to_be_in_viewport()
    page.keyboard.press("N")
    expect(row(page, 9_876_540)).to_be_in_viewport()
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Full screen")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Full screen")).to_have_attribute(
        "aria-pressed", "false"
    )
    page.keyboard.press("w")
    expect(page.get_by_role("button", name="Wrap long lines")).to_have_attribute(
        "aria-pressed", "true"
    )
    before = page.get_by_role("button", name=re.compile("^Times")).get_attribute("aria-label")
    page.keyboard.press("t")
    expect(page.get_by_role("button", name=re.compile("^Times"))).not_to_have_attribute(
        "aria-label", before or ""
    )


def test_errors_are_found_from_wherever_one_reads(page: Page, house: Logs) -> None:
    page.goto(address(house, house.big, "#L100"))
    expect(row(page, 100)).to_be_in_viewport()
    page.keyboard.press("e")
    expect(row(page, LINES)).to_contain_text(LAST, timeout=60_000)
    expect(page).to_have_url(re.compile(f"#L{LINES}$"))
    page.keyboard.press("E")
    expect(page.get_by_text("no error above")).to_be_visible(timeout=60_000)


def test_hits_are_listed_with_the_lines_around_them(page: Page, house: Logs) -> None:
    page.goto(address(house, house.big, "#L1"))
    page.get_by_label("Search the whole log").fill("line 987654")
    page.get_by_role("button", name="List the hits").click()
    hits = page.get_by_label("Hits", exact=True)
    expect(hits.get_by_role("link")).to_have_count(11)
    expect(hits.get_by_role("link").nth(1)).to_contain_text("line 9876538")
    hits.get_by_role("link").nth(1).click()
    expect(row(page, 9_876_540)).to_be_in_viewport()
    assert violations(page) == []


def test_one_stream_is_shown_by_itself(page: Page, house: Logs) -> None:
    page.goto(address(house, house.big, "#L1"))
    expect(row(page, 2)).to_be_in_viewport()
    page.get_by_role("button", name="All streams").click()
    page.get_by_role("menuitemradio", name="stderr, 20,000 lines").click()
    expect(row(page, 999)).to_contain_text("line 999 epoch")
    expect(row(page, 1000)).to_be_visible()
    expect(row(page, 1999)).to_be_visible()
    expect(row(page, 998)).to_have_count(0)
    expect(row(page, 999).get_by_label("stderr")).to_have_text("!")
    page.locator("[role=log]").focus()
    page.keyboard.press("G")
    expect(row(page, LINES)).to_contain_text(LAST)


def test_a_line_of_five_megabytes_is_shown_in_pieces(page: Page, house: Logs) -> None:
    page.goto(address(house, house.strange, "#L1"))
    expect(row(page, 1)).to_have_text(re.compile("first$"))
    more = row(page, 2).get_by_role("button", name="show 14,384 more characters")
    expect(more).to_be_visible()
    assert is_light(page)
    more.click()
    expect(more).to_have_count(0)
    assert len(row(page, 2).locator("code").text_content() or "") > 16_000
    page.locator("[role=log]").focus()
    page.keyboard.press("w")
    page.keyboard.press("PageDown")
    page.keyboard.press("G")
    expect(page.locator("[role=log]")).to_contain_text("it failed")
    assert is_light(page)
    page.keyboard.press("w")


def test_garbage_storms_and_colours_are_text_and_do_no_harm(page: Page, house: Logs) -> None:
    page.goto(address(house, house.strange))
    page.locator("[role=log]").focus()
    page.keyboard.press("G")
    shown = page.locator("[role=log]")
    expect(shown).to_contain_text("it failed")
    expect(shown).to_contain_text("storm over")
    expect(shown).not_to_contain_text("99 %storm")
    expect(shown.get_by_text("\ufffd\ufffd\u2400", exact=False).first).to_be_visible()
    expect(shown.get_by_role("link", name="here")).to_have_attribute(
        "href", "https://example.org/run"
    )
    expect(shown.get_by_role("link", name="no", exact=True)).to_have_count(0)
    expect(shown).to_contain_text("evil \ufffdtxt.exe")
    colour = shown.get_by_text("256", exact=True).evaluate("each => getComputedStyle(each).color")
    assert colour != shown.evaluate("each => getComputedStyle(each).color")
    assert is_light(page)


def test_a_flood_is_followed_and_one_can_read_meanwhile(page: Page, house: Logs) -> None:
    context, sent, over = house.context, 0, threading.Event()
    run = started(context)

    def flood(count: int) -> None:
        nonlocal sent
        data = b"".join(b"flood %d %s\n" % (sent + n, b"." * 80) for n in range(count))
        offset = logs.acknowledged(context, run.run_id)["stdout"]
        logs.append(context, run.run_id, "stdout", offset, data, at=context.db.clock())
        sent += count

    def pour() -> None:
        while not over.wait(0.05):
            flood(5_000)  # up to 100,000 lines a second

    pourer = threading.Thread(target=pour)
    pourer.start()
    try:
        page.goto(address(house, run))
        expect(page.get_by_text("following")).to_be_visible()
        page.wait_for_function(  # the end goes by
            "() => [...document.querySelectorAll('[data-line]')].some(row => row.dataset.line > 20000)"
        )
        page.keyboard.press("g")
        expect(row(page, 1)).to_contain_text("flood 0 ")
        expect(page.get_by_role("button", name=re.compile("new lines"))).to_be_visible()
        expect(row(page, 1)).to_be_in_viewport()
        assert is_light(page)
    finally:
        over.set()
        pourer.join()
    page.get_by_role("button", name=re.compile("new lines")).click()
    expect(row(page, sent)).to_contain_text(f"flood {sent - 1} ")
    end(context, run)
    logs.expect(context, run.run_id, logs.acknowledged(context, run.run_id))
    expect(page.get_by_text(f"{sent:,} lines, complete")).to_be_visible()
