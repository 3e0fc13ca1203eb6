"""The command that holds two runs of a job side by side."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any

from rich.text import Text
from typer import Option

from safelight.cli import output
from safelight.cli.login import connect
from safelight.cli.options import AsJson, JobId
from safelight.errors import Invalid

Row = list[output.Cell]


def diff(
    job: JobId,
    runs: Annotated[
        str | None,
        Option(metavar="N,M", help="Numbers of two runs; else the newest and the one before."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is different between two runs of a job, and which line of the log is the first."""
    before, after = _numbers(runs)
    found = connect().jobs.get(job).compare(before, after)
    if as_json:
        output.print_json(found)
        return
    old, new = found["before"], found["after"]
    headers = ("", f"RUN {old['number']}", f"RUN {new['number']}")
    output.table(headers, _rows(found), empty="")
    output.say("")
    for line in _log(found):
        output.say(line)


def _numbers(text: str | None) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    try:
        before, after = (int(each) for each in text.split(","))
    except ValueError:
        raise Invalid(f"--runs takes two numbers as 1,2, not {text!r}.") from None
    return before, after


def _rows(found: dict[str, Any]) -> Iterator[Row]:
    old, new = found["before"], found["after"]
    yield ["status", output.status(old["status"]), output.status(new["status"])]
    yield ["took", _seconds(old["duration_s"]), _seconds(new["duration_s"])]
    yield from _both("failure", old, new, lambda side: (side["failure"] or {}).get("message", ""))
    yield from _both("result", old, new, lambda side: side["summary"] or "")
    for place in ("parameters", "inputs", "resources", "source", "environment", "packages"):
        for each in found[place]:
            yield _row(f"{place}.{each['name']}", each, _value)
    for each in found["sections"]:
        if _seconds(each["before"]) != _seconds(each["after"]):  # milliseconds are chance
            yield _row(f"section {each['name']}", each, _seconds)
    for each in found["counts"]:
        yield _row(f"count {each['name']}", each, _value)
    for name, say in (("cpu", _value), ("memory", _size), ("gpu", _value), ("disk", _size)):
        yield from _both(f"peak {name}", old, new, lambda side: say(side["peak"][name]))  # noqa: B023 - used at once


def _row(name: str, each: dict[str, Any], say: Callable[[Any], str]) -> Row:
    return [name, say(each["before"]), say(each["after"])]


def _both(
    name: str, old: dict[str, Any], new: dict[str, Any], say: Callable[[Any], str]
) -> Iterator[Row]:
    """A row, where there is anything to say and it is not the same."""
    if say(old) != say(new):
        yield [name, say(old), say(new)]


def _value(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _seconds(value: float | None) -> str:
    return "" if value is None else output.duration(value)


def _size(value: int | None) -> str:
    return "" if value is None else output.size(value)


def _log(found: dict[str, Any]) -> Iterator[output.Cell]:
    parted = found["log"]
    if parted is None:
        yield Text("Neither has printed anything.", style="dim")
    elif parted["before"] is None and parted["after"] is None:
        lines = f"{parted['same']:,} lines" + ("" if parted["whole"] else " that were looked at")
        yield Text(f"The logs are equal: {lines}.", style="dim")
    else:
        yield Text(f"First difference in {parted['stream']}:", style="dim")
        for sign, side, style in (("-", "before", output.RED), ("+", "after", output.GREEN)):
            line = parted[side]
            number = found[side]["number"]
            text = f"line {line['n']:,}: {line['text']}" if line else "(ended)"
            yield Text(f"{sign} run {number} {text}", style=style)
