"""The judge of records refuses each record that breaks a law, and says which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.chaos.history import CUT, Event, History, Job, Run, line, problems

JOB, OTHER_JOB, FIRST, SECOND, OTHER = (uuid4() for _ in range(5))
OUT = (line(1, "hello") + line(2, "world") + "end 2\n").encode()
ERR = line(1, "oh").encode() + b"2 unfin"  # a script that was killed within a line


def _records(stream: str, content: bytes) -> bytes:
    stamp = b"2026-11-23T01:02:03.123456Z"
    lines = content.removesuffix(b"\n").split(b"\n")
    return b"".join(b"%b %b F %b\n" % (stamp, stream.encode(), each) for each in lines)


def _events(*given: tuple[UUID, UUID, str, dict[str, Any]]) -> list[Event]:
    return [
        Event(number, kind, job_id, run_id, facts)
        for number, (job_id, run_id, kind, facts) in enumerate(given, start=1)
    ]


FAILED_END = {"status": "FAILED", "failure": {"kind": "script_error", "message": "no"}}
EVENTS = _events(
    (JOB, FIRST, "run_created", {}),
    (OTHER_JOB, OTHER, "run_created", {}),
    (JOB, FIRST, "run_queued", {}),
    (JOB, FIRST, "run_given_back", {}),
    (JOB, FIRST, "run_queued", {}),
    (JOB, FIRST, "run_started", {}),
    (JOB, FIRST, "run_ended", FAILED_END),
    (JOB, FIRST, "run_late_report", {"status": "SUCCEEDED"}),
    (JOB, SECOND, "run_created", {}),
    (JOB, SECOND, "run_started", {}),
    (OTHER_JOB, OTHER, "run_stop_requested", {}),
    (OTHER_JOB, OTHER, "run_ended", {"status": "KILLED"}),
    (JOB, SECOND, "run_ended", {"status": "SUCCEEDED"}),
)
GOOD = History(
    events=EVENTS,
    event_seq=len(EVENTS),
    jobs=[Job(JOB, SECOND, "SUCCEEDED"), Job(OTHER_JOB, OTHER, "KILLED")],
    runs=[
        Run(FIRST, JOB, 1, "FAILED", _records("stderr", ERR), 2),
        Run(SECOND, JOB, 2, "SUCCEEDED", _records("setup", b"ready") + _records("stdout", OUT), 4),
        Run(OTHER, OTHER_JOB, 1, "KILLED"),
    ],
    accepted=frozenset({JOB, OTHER_JOB}),
    written={(FIRST, "stderr"): ERR, (SECOND, "stdout"): OUT},
    followed=[event.number for event in EVENTS],
)


def _with_events(*changes: tuple[int, dict[str, Any]]) -> History:
    events = list(EVENTS)
    for number, change in changes:
        events[number - 1] = replace(events[number - 1], **change)
    return replace(GOOD, events=events)


def _with_run(run_id: UUID, **change: Any) -> History:
    runs = [replace(run, **change) if run.run_id == run_id else run for run in GOOD.runs]
    return replace(GOOD, runs=runs)


def _with_log(content: bytes, **change: Any) -> History:
    records = _records("stdout", content)
    return _with_run(SECOND, records=records, log_lines=records.count(b"\n"), **change)


def _with_written(content: bytes) -> History:
    history = _with_log(content)
    return replace(history, written={**GOOD.written, (SECOND, "stdout"): content})


LINES = OUT.splitlines(keepends=True)
BROKEN: dict[str, tuple[Callable[[], History], str]] = {
    "an event is missing": (
        lambda: replace(GOOD, events=[each for each in EVENTS if each.number != 8], followed=()),
        "should be there once each",
    ),
    "an event stands twice": (
        lambda: replace(GOOD, events=[EVENTS[0], *EVENTS], followed=()),
        "should be there once each",
    ),
    "an event was rolled back": (lambda: replace(GOOD, event_seq=20), "events 1 to 20"),
    "a number was committed late": (
        lambda: replace(GOOD, followed=[1, 2, 4, 5, 6]),
        "followed the events did not see each once",
    ),
    "an accepted job is gone": (
        lambda: replace(GOOD, accepted=frozenset({uuid4()})),
        "was accepted and is lost",
    ),
    "a job has no run": (
        lambda: replace(GOOD, runs=[run for run in GOOD.runs if run.job_id != OTHER_JOB]),
        f"{OTHER_JOB} was accepted and is lost",
    ),
    "a run was never created": (lambda: _with_events((1, {"kind": "x"})), "begins with QUEUED"),
    "a run skips a step": (
        lambda: _with_events((10, {"kind": "x"})),
        "went from PENDING to SUCCEEDED",
    ),
    "a running run waits again": (
        lambda: _with_events((6, {"kind": "run_started"}), (7, {"kind": "run_queued"})),
        "went from RUNNING to QUEUED",
    ),
    "a run begins again that had not begun": (
        lambda: _with_events((9, {"kind": "run_resumed"})),
        "begins again and is None",
    ),
    "a run begins again after its end": (
        lambda: _with_events((8, {"kind": "run_resumed"})),
        "begins again and is FAILED",
    ),
    "a final status changes": (
        lambda: _with_events((8, {"kind": "run_ended"})),
        "was FAILED and changed to SUCCEEDED",
    ),
    "a run says what its events do not": (
        lambda: _with_run(FIRST, status="SUCCEEDED"),
        "is SUCCEEDED, its events say FAILED",
    ),
    "a run never ends": (lambda: _with_events((13, {"kind": "x"})), "its events say RUNNING"),
    "a run is alive still": (lambda: _with_run(SECOND, status="RUNNING"), "is still RUNNING"),
    "two runs of a job at once": (
        lambda: _with_events(
            (7, {"run_id": SECOND, "kind": "run_created", "facts": {}}),
            (9, {"kind": "x"}),
        ),
        "has two live runs at event 7",
    ),
    "a stop is not obeyed": (lambda: _with_events((12, {"kind": "x"})), "and did not end"),
    "a stop cut a run short that is called a success": (
        lambda: replace(
            _with_events((11, {"job_id": JOB, "run_id": SECOND})),
            written={(SECOND, "stdout"): LINES[0]},
        ),
        "stopped before its script's end and is called SUCCEEDED",
    ),
    "a stop was taken after the end": (
        lambda: _with_events((8, {"kind": "run_stop_requested"})),
        "asked to stop after its end",
    ),
    "a stopped run failed for no reason": (
        lambda: _with_events((12, {"facts": {"status": "FAILED"}})),
        "ended FAILED without a reason",
    ),
    "a job lags behind its run": (
        lambda: replace(GOOD, jobs=[Job(JOB, FIRST, "FAILED"), GOOD.jobs[1]]),
        "says FAILED, its newest run SUCCEEDED",
    ),
    "a log is not whole": (lambda: _with_run(OTHER, log_is_whole=False), "is not whole"),
    "lines are miscounted": (lambda: _with_run(FIRST, log_lines=3), "counts 3 lines"),
    "a line is lost": (lambda: _with_log(LINES[0] + LINES[2]), "instead of b'2 world"),
    "a line stands twice": (lambda: _with_log(LINES[0] + OUT), "instead of b'2 world"),
    "lines are swapped": (lambda: _with_log(LINES[1] + LINES[0] + LINES[2]), "from byte 0 on"),
    "the end is lost": (lambda: _with_log(LINES[0] + LINES[1]), "instead of b'end 2"),
    "something was added": (lambda: _with_log(OUT + b"more\n"), "b'more\\n' instead of b''"),
    "a stream is in the other": (
        lambda: _with_run(SECOND, records=_records("stderr", OUT), log_lines=3),
        "the log has 0 bytes",
    ),
    "a cut log holds something else": (
        lambda: _with_log(b"else\n" + CUT.encode() + b" of 1 byte"),
        "from byte 0 on",
    ),
    "a script ran twice": (lambda: _with_written(OUT + OUT), "line 3 says 'end 2'"),
    "a script's line is damaged": (
        lambda: _with_written(OUT.replace(b"world", b"w0rld")),
        "line 2 is damaged",
    ),
    "a success has no end": (lambda: _with_written(LINES[0]), "its stdout has no end"),
}


def test_a_true_record_is_accepted() -> None:
    assert problems(GOOD) == []


def test_a_log_that_was_cut_at_its_quota_and_says_so_is_accepted() -> None:
    assert (
        problems(_with_log(LINES[0] + CUT.encode() + b" of 12 bytes; the rest is not kept.")) == []
    )


@pytest.mark.parametrize("what", BROKEN)
def test_a_record_is_refused_where(what: str) -> None:
    make, words = BROKEN[what]
    found = problems(make())
    assert any(words in each for each in found), found


def test_a_running_run_may_begin_again_after_an_upgrade() -> None:
    assert (
        problems(_with_events((11, {"kind": "run_resumed", "job_id": JOB, "run_id": SECOND}))) == []
    )
