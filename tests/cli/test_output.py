"""What the command line prints."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from safelight.cli import output
from safelight.domain.jobs import RunStatus


def test_a_table_in_a_pipe_is_plain_and_nothing_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 300
    output.table(("ID", "NAME"), [["1", long], ["22", "b"]], empty="None.")
    assert capsys.readouterr().out.splitlines() == ["ID  NAME", f"1   {long}", "22  b"]


def test_an_empty_table_says_so_to_the_person_and_nothing_to_the_pipe(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.table(("ID",), [], empty="No jobs.")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "No jobs." in captured.err


DURATIONS = json.loads((Path(__file__).parents[1] / "domain" / "durations.json").read_text())


@pytest.mark.parametrize(("ms", "text"), DURATIONS)
def test_durations_read_as_on_the_page(ms: float, text: str) -> None:
    assert output.duration(ms / 1000) == text


def test_a_clock_that_was_set_back_makes_no_negative_duration() -> None:
    assert output.duration(-1) == "0 s"


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (None, ""),
        ({"done": 3, "total": None, "unit": "epochs"}, "3 epochs"),
        (
            {"done": 50, "total": 200, "unit": "pictures", "eta_s": 75},
            "25% of 200 pictures, 1 min 15 s left",
        ),
        ({"done": 0, "total": 0, "unit": ""}, "0"),
    ],
)
def test_progress_reads_well(progress: dict[str, object] | None, text: str) -> None:
    assert output.progress(progress) == text


def test_what_is_over_has_no_time_left() -> None:
    progress = {"done": 50, "total": 200, "unit": "pictures", "eta_s": 75}
    assert output.progress(progress, is_over=True) == "25% of 200 pictures"


def test_every_status_has_a_word() -> None:
    words = [output.status(status).plain for status in RunStatus]
    assert words == ["Pending", "Queued", "Running", "Success", "Failure", "Stopped"]


def test_on_a_terminal_columns_fit_and_a_remark_has_its_own_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=40, color_system=None)
    monkeypatch.setattr(output, "out", terminal)
    rows = [["1", "Failure", "a name that is much too long for it", "why it failed"]]
    output.table(("ID", "STATUS", "NAME", ""), rows, empty="None.")
    assert screen.getvalue().splitlines() == [
        "ID  STATUS   NAME",
        "1   Failure  a name that is much too lo…",
        "             why it failed",
    ]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (1000, "1000 B"),
        (1536, "1.5 KiB"),
        (1023 << 20, "1023 MiB"),
        (3 << 30, "3 GiB"),
        (5 << 40, "5 TiB"),
    ],
)
def test_sizes_read_well(number: float, text: str) -> None:
    assert output.size(number) == text
