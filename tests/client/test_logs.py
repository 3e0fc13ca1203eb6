"""Following a log, over a network that answers for a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from safelight.client import logs
from safelight.client.http import Http, Json
from safelight.client.logs import Log

ID = UUID("01930000-0000-7000-8000-000000000001")


def log_of(answer: Callable[[httpx.Request], Json]) -> Log:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=answer(request))

    return Log(Http("http://h", "t", patience_s=0, transport=httpx.MockTransport(handle)), ID)


def line(number: int, stream: str = "stdout") -> Json:
    return {"n": number, "at": None, "stream": stream, "text": f"line {number}"}


def page(lines: list[Json], total: int, *, complete: bool = False, **streams: int) -> Json:
    return {
        "lines": lines,
        "total_lines": total,
        "stream_lines": streams,
        "complete": complete,
        "sections": [],
    }


def test_a_followed_stream_is_counted_by_its_own_lines() -> None:
    asked: list[Any] = []
    pages: Iterator[Json] = iter(
        [
            page([line(3, "stderr")], 9, stderr=1),
            page([], 20, stderr=1),
            page([line(21, "stderr")], 21, stderr=2, complete=True),
        ]
    )

    def answer(request: httpx.Request) -> Json:
        asked.append((request.url.params["stream"], request.url.params["nth"]))
        return next(pages)

    found = log_of(answer).lines(stream="stderr", follow=True)
    assert [each.number for each in found] == [3, 21]
    assert asked == [("stderr", "1"), ("stderr", "2"), ("stderr", "2")]


def test_a_log_that_will_never_be_complete_is_not_followed_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logs, "FIRST_LOOK_S", 0.001)
    monkeypatch.setattr(logs, "SLOWEST_LOOK_S", 0.002)
    monkeypatch.setattr(logs, "_LATE_S", 0.01)
    looks = 0

    def answer(request: httpx.Request) -> Json:
        nonlocal looks
        if not request.url.path.endswith("/log"):
            looks += 1
            return {"status": "RUNNING" if looks < 3 else "FAILED"}
        return page([line(1)] if request.url.params["line"] == "1" else [], 1)

    assert [each.number for each in log_of(answer).lines(follow=True)] == [1]
    assert looks == 3, "a run that goes on is followed, one that has ended is not asked again"


def test_a_range_ends_at_its_last_line_also_of_a_stream_that_goes_on() -> None:
    lines = [line(number, "stderr" if number % 2 else "stdout") for number in range(5, 11)]
    log = log_of(lambda _: page(lines, 10, complete=True))
    assert [each.number for each in log.lines(5, 8, stream="stderr")] == [5, 7]
