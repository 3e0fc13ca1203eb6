"""How the command line shows things: tables on a terminal, plain columns in a pipe, JSON on demand."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
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
    """Columns. The last one takes the room that is left; nothing is cut in a pipe."""
    filled = [list(row) for row in rows]
    if not filled:
        note(empty)
    elif out.is_terminal:
        _print_rich(headers, filled)
    else:
        _print_plain([list(headers), *filled])


def _print_rich(headers: Sequence[str], rows: list[list[Cell]]) -> None:
    shown = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for position, header in enumerate(headers):
        last = position == len(headers) - 1
        shown.add_column(header, no_wrap=True, overflow="ellipsis", ratio=1 if last else None)
    for row in rows:
        shown.add_row(*row)
    out.print(shown, soft_wrap=False)


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
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def _rough(seconds: float) -> str:
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def progress(found: dict[str, Any] | None) -> str:
    """`42 % of 120 pictures`, `7 epochs`."""
    if not found:
        return ""
    done, total, unit = found["done"], found.get("total"), found.get("unit") or ""
    left = found.get("eta_s")
    text = f"{done / total:.0%} of {total:,g} {unit}" if total else f"{done:,g} {unit}"
    return text.strip() + (f", {duration(left)} left" if left else "")
