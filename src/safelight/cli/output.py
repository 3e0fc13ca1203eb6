"""How the command line shows things: tables on a terminal, plain columns in a pipe, JSON on demand."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from safelight.domain.jobs import RunStatus

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

AMBER, GREEN, RED = "#ffb454", "green", "red"

# Shape, word and colour, so that none of them is needed alone.
_STATUS = {
    RunStatus.PENDING: ("○", "Pending", "dim"),
    RunStatus.QUEUED: ("○", "Queued", "dim"),
    RunStatus.RUNNING: ("◉", "Running", AMBER),
    RunStatus.SUCCEEDED: ("●", "Success", GREEN),
    RunStatus.FAILED: ("■", "Failure", RED),
    RunStatus.KILLED: ("□", "Stopped", "dim"),
}

Cell = str | Text


def print_json(data: Any) -> None:
    """One JSON value, indented for people on a terminal, one line for programs."""
    indent = 2 if sys.stdout.isatty() else None
    print(json.dumps(data, ensure_ascii=False, indent=indent, default=str))


def say(text: Cell) -> None:
    """A line of result."""
    out.print(text)


def note(text: Cell) -> None:
    """A line for the person, not for the pipe."""
    err.print(text, style="dim" if isinstance(text, str) else "")


def status(value: str) -> Text:
    """The status as people know it."""
    shape, word, style = _STATUS[RunStatus(value)]
    return Text(f"{shape} {word}" if out.is_terminal else word, style=style)


def table(headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, empty: str) -> None:
    """Columns; nothing is cut in a pipe. A last column without a name is a remark on the row: on a
    terminal it has a line of its own below.
    """
    filled = [list(row) for row in rows]
    if not filled:
        note(empty)
    elif out.is_terminal:
        _print_fitted(list(headers), filled)
    else:
        _print_plain([list(headers), *filled])


_GAP, _NARROWEST = 2, 8


def _print_fitted(headers: list[str], rows: list[list[Cell]]) -> None:
    remarks = [row.pop() for row in rows] if not headers[-1] else [""] * len(rows)
    columns = headers if headers[-1] else headers[:-1]
    widths = _fit(
        [max(map(cell_len, map(str, cells))) for cells in zip(columns, *rows, strict=True)],
        out.width,
    )
    _print_line([Text(header, style="dim") for header in columns], widths)
    indent = sum(widths[:2]) + 2 * _GAP
    for row, remark in zip(rows, remarks, strict=True):
        _print_line(row, widths)
        if str(remark):
            line = Text(" " * indent).append_text(_text(remark))
            line.truncate(out.width, overflow="ellipsis")
            out.print(line)


def _fit(widths: list[int], room: int) -> list[int]:
    """The widths, with the widest columns narrowed until they fit into the room."""
    fitted = list(widths)
    while sum(fitted) + _GAP * (len(fitted) - 1) > room and max(fitted) > _NARROWEST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _print_line(cells: Sequence[Cell], widths: Sequence[int]) -> None:
    line = Text()
    for cell, width in zip(cells, widths, strict=True):
        shown = _text(cell)
        shown.truncate(width, overflow="ellipsis", pad=True)
        line.append_text(shown).append(" " * _GAP)
    line.rstrip()
    out.print(line)


def _text(cell: Cell) -> Text:
    return cell.copy() if isinstance(cell, Text) else Text(cell)


def _print_plain(rows: list[list[Cell]]) -> None:
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def facts(pairs: Iterable[tuple[str, Cell | None]]) -> None:
    """Names and values, one pair a line; empty values are left out."""
    shown = [(name, value) for name, value in pairs if value]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        line = Text(f"{name.ljust(width)}  ", style="dim")
        out.print(line.append(value if isinstance(value, Text) else Text(str(value), style="none")))


def short(object_id: str) -> str:
    """The last eight digits: those of a UUIDv7 that differ between neighbours."""
    return object_id[-8:]


def ago(text: str | None) -> str:
    """How long a point in time has passed."""
    if not text:
        return ""
    passed = (datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds()
    return "just now" if passed < 5 else f"{_rough(passed)} ago"


def lasted(start: str | None, end: str | None) -> str:
    """The time from start to end, or to now."""
    if not start:
        return ""
    until = datetime.fromisoformat(end) if end else datetime.now(UTC)
    return duration((until - datetime.fromisoformat(start)).total_seconds())


def duration(seconds: float) -> str:
    """`26 ms`, `5.3 s`, `2 min 34 s`, `1 h 52 min`, `3 d 4 h`: cut, not rounded, as the page says it."""
    milliseconds = max(0.0, seconds * 1000)
    if milliseconds < 0.5:
        return "0 s"
    if milliseconds < 100:
        return f"{milliseconds:.0f} ms"
    if seconds < 10:
        return f"{math.floor(milliseconds / 100) / 10:.1f} s"
    minutes, rest = divmod(math.floor(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min {rest:02} s"
    days, hours_of_day = divmod(hours, 24)
    return f"{days} d {hours_of_day} h" if days else f"{hours} h {minutes:02} min"


def size(number: float) -> str:
    """Bytes in binary units: `512 B`, `3.1 GiB`."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{_short(number)} {unit}"
        number /= 1024
    return f"{_short(number)} TiB"


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def _rough(seconds: float) -> str:
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def usual(found: dict[str, Any] | None, *, is_longer: bool) -> str:
    """`usually 2 min 00 s to 3 min 10 s`, and that it takes longer."""
    if not found:
        return ""
    low, high = duration(found["low_s"]), duration(found["high_s"])
    text = f"usually {low}" if low == high else f"usually {low} to {high}"
    return f"longer than usual, {text}" if is_longer else text


def progress(found: dict[str, Any] | None, *, is_over: bool = False) -> str:
    """`42 % of 120 pictures`, `7 epochs`; how long it will take as long as it is not over."""
    if not found:
        return ""
    done, total, unit = found["done"], found.get("total"), found.get("unit") or ""
    left = None if is_over else found.get("eta_s")
    text = f"{done / total:.0%} of {total:,g} {unit}" if total else f"{done:,g} {unit}"
    return text.strip() + (f", {duration(left)} left" if left else "")
