"""Logs as they are kept: idempotent appends, crash points, any place at once, search, download."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from safelight.actions import logexport, loghits, logs, logview
from safelight.actions.context import Context
from safelight.actions.launch import launch
from safelight.actions.logexport import Part
from safelight.actions.loghits import Question
from safelight.domain.jobs import Declared, Ending, Exit, Progress, RunStatus
from safelight.domain.posted import Call
from safelight.errors import Conflict, Invalid, NotFound
from safelight.store import logs as log_rows
from safelight.store import runs, schema
from safelight.store.db import Database
from safelight.store.logs import CAPTURED, POSTED
from safelight.store.runs import Run
from tests.conftest import FakeClock
from tests.factories import add_house
from tests.jobs import context_on, order, started

AT = 1_795_395_723_123_456


@pytest.fixture
def context(db: Database, tmp_path: Path) -> Context:
    return context_on(db, tmp_path)


@pytest.fixture
def quick(sqlite_db: Database, tmp_path: Path) -> Context:
    return context_on(sqlite_db, tmp_path)


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Run:
    name = "quick" if "quick" in request.fixturenames else "context"
    context: Context = request.getfixturevalue(name)
    return started(context.db, add_house(context.db))


def viewed(context: Context, run: Run) -> logview.View:
    with context.db.read() as read:
        return logview.view(read, runs.get(read, run.run_id))


def texts(context: Context, run: Run, first: int = 1, count: int = 2000) -> list[str]:
    view = viewed(context, run)
    return [logview.show(*each)["text"] for each in logview.page(context, view, first, count)]


def send(context: Context, run: Run, offset: int, data: bytes, stream: str = "stdout") -> int:
    return logs.append(context, run.run_id, stream, offset, data, at=AT)


def test_a_chunk_sent_again_is_taken_once(context: Context, run: Run) -> None:
    assert send(context, run, 0, b"one\ntwo\n") == 8
    assert send(context, run, 0, b"one\ntwo\n") == 8
    assert send(context, run, 4, b"two\nthree\n") == 14
    assert send(context, run, 0, b"oh\n", "stderr") == 3
    assert texts(context, run) == ["one", "two", "three", "oh"]
    assert logs.acknowledged(context, run.run_id) == {"stdout": 14, "stderr": 3, "setup": 0}


def test_a_gap_is_refused_with_the_offset_to_go_back_to(context: Context, run: Run) -> None:
    send(context, run, 0, b"one\n")
    with pytest.raises(Conflict) as refused:
        send(context, run, 9, b"later\n")
    assert refused.value.facts == {"acknowledged": 4}
    assert texts(context, run) == ["one"]


def test_an_open_line_is_shown_live_and_recorded_when_all_has_arrived(
    context: Context, run: Run
) -> None:
    send(context, run, 0, b"done\n 10%\r 20%")
    assert viewed(context, run).open_lines == {"stdout": " 20%"}
    assert not logs.expect(context, run.run_id, {"stdout": 18, "stderr": 0, "setup": 0})
    send(context, run, 14, b" end")
    with context.db.transaction() as tx:
        runs.end(tx, run.run_id, Ending(RunStatus.SUCCEEDED), Exit(exit_code=0))
    view = viewed(context, run)
    assert view.is_complete
    assert view.open_lines == {}
    assert texts(context, run) == ["done", " 20% end"]
    assert view.run.log_lines == 2
    assert logs.expect(context, run.run_id, {"stdout": 18})


def test_a_log_that_stops_short_is_not_called_complete(context: Context, run: Run) -> None:
    send(context, run, 0, b"one\n")
    logs.expect(context, run.run_id, {"stdout": 400})
    with context.db.transaction() as tx:
        runs.end(tx, run.run_id, Ending(RunStatus.SUCCEEDED), Exit(exit_code=0))
    assert not viewed(context, run).is_complete


def test_nothing_is_written_behind_the_end_of_a_log(context: Context, run: Run) -> None:
    send(context, run, 0, b"one\n")
    assert logs.expect(context, run.run_id, {"stdout": 4})
    with pytest.raises(Conflict, match="has ended") as refused:
        send(context, run, 4, b"two\n")
    assert refused.value.facts == {"acknowledged": 4}
    assert send(context, run, 0, b"one\n") == 4, "what is there already may come again"
    assert texts(context, run) == ["one"]


def test_sections_are_kept_with_their_lines_and_times(context: Context, run: Run) -> None:
    send(context, run, 0, b"::group::Set up\nuv\n::endgroup::\n", "setup")
    send(context, run, 0, b"--#--Load\nx\n--#--Train\ny\n")
    found = viewed(context, run).sections
    assert [(each.name, each.line, each.end_line) for each in found] == [
        ("Set up", 1, 2),
        ("Load", 2, 3),
        ("Train", 3, None),
    ]
    assert found[1].started_at == AT


# --- crash points ---------------------------------------------------------------------------------


def test_bytes_of_an_append_that_died_before_its_index_are_replaced(
    context: Context, run: Run
) -> None:
    send(context, run, 0, b"one\n")
    path = context.logs.path(run.run_id, CAPTURED)
    with path.open("ab") as file:
        file.write(b"2026-11-23T01:02:03.123456Z stdout F tw")  # torn by a crash
    assert texts(context, run) == ["one"]
    send(context, run, 4, b"two\n")
    assert texts(context, run) == ["one", "two"]
    assert path.read_bytes().count(b"\n") == 2


def test_a_failed_write_leaves_the_index_as_it_was(
    context: Context, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(context, run, 0, b"one\n")
    with monkeypatch.context() as patch:
        patch.setattr("os.fdatasync", _fail)
        with pytest.raises(OSError, match="No space"):
            send(context, run, 4, b"two\n")
    assert logs.acknowledged(context, run.run_id)["stdout"] == 4
    send(context, run, 4, b"two\n")
    assert texts(context, run) == ["one", "two"]


def _fail(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_two_processes_cannot_append_from_the_same_state(context: Context, run: Run) -> None:
    send(context, run, 0, b"one\n")
    with context.db.read() as read:
        before = log_rows.get(read, run.run_id, CAPTURED)
    send(context, run, 4, b"two\n")
    with pytest.raises(Conflict), context.db.transaction() as tx:
        log_rows.save(tx, before, before)


def test_threads_that_send_the_same_bytes_do_not_double_them(context: Context, run: Run) -> None:
    data = b"".join(b"line %d\n" % number for number in range(200))

    def ship() -> None:
        for offset in range(0, len(data), 97):
            send(context, run, offset, data[offset : offset + 97])

    threads = [threading.Thread(target=ship) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "\n".join(texts(context, run)) + "\n" == data.decode()


# --- secrets --------------------------------------------------------------------------------------

SECRET = "correct horse battery"


@pytest.fixture
def secretive(context: Context) -> Run:
    """A running run with a secret parameter."""
    house = add_house(context.db)
    with context.db.transaction() as tx:
        _, run = launch(tx, order(house, secrets={"key": SECRET}), context.sealer)
        return runs.start(tx, run.run_id, alive_until=tx.now + 900_000_000)[0]


def kept(context: Context, run: Run) -> str:
    """Everything that the database and the log's files hold of the run."""
    with context.db.read() as read:
        rows = [row for table in schema.metadata.sorted_tables for row in read.all(select(table))]
    files = [path.read_text() for path in context.logs.folder.glob("*")]
    return "\n".join([*map(repr, rows), *files])


def test_no_secret_and_no_token_of_a_run_reaches_its_log(context: Context, secretive: Run) -> None:
    tokens = [
        context.sealer.script_token(secretive.run_id),
        context.sealer.runner_token(secretive.run_id),
    ]
    text = "".join(
        f"a {secret} b\n--#--Use {secret}\n 5%|#| 5/100 {secret}\r{secret}"
        for secret in [SECRET, *tokens]
    )
    data = text.encode()
    for offset in range(0, len(data), 7):  # the secrets lie across the chunks
        send(context, secretive, offset, data[offset : offset + 7])
        for secret in [SECRET, *tokens]:
            assert secret[:5] not in kept(context, secretive).replace(secretive.run_id.hex, "")
    logs.expect(context, secretive.run_id, {"stdout": len(data)})
    assert texts(context, secretive)[0] == "a *** b"
    assert [section.name for section in viewed(context, secretive).sections] == ["Use ***"] * 3


def test_no_secret_is_in_posted_lines(context: Context, secretive: Run) -> None:
    logs.post(context, secretive.run_id, Call(0, [f"use {SECRET}\n"], f"--#--{SECRET}"))
    logs.post(context, secretive.run_id, Call(0, [f"use {SECRET} now\n"]))
    logs.post(context, secretive.run_id, Call(1, ["next\n"]))
    logs.post(context, secretive.run_id, Call(0, [f"use {SECRET} now\n"]))
    assert SECRET not in kept(context, secretive)
    with context.db.read() as read:
        source = log_rows.get(read, secretive.run_id, POSTED)
    assert source.lines == 1, "the line that came again was the same"


def test_the_start_of_a_secret_that_no_more_came_of_is_shown_in_the_end(
    context: Context, secretive: Run
) -> None:
    data = f"key {SECRET[:-1]}".encode()
    send(context, secretive, 0, data)
    assert viewed(context, secretive).open_lines == {"stdout": "key "}
    assert SECRET[:9] not in kept(context, secretive)
    logs.expect(context, secretive.run_id, {"stdout": len(data)})
    assert texts(context, secretive) == [data.decode()]


# --- reading --------------------------------------------------------------------------------------


def test_any_line_of_a_long_log_is_found_by_its_number(quick: Context, run: Run) -> None:
    data = b"".join(b"line %d\n" % number for number in range(1, 200_001))
    for offset in range(0, len(data), 1 << 18):
        send(quick, run, offset, data[offset : offset + (1 << 18)])
    view = viewed(quick, run)
    assert view.total_lines == 200_000
    for first in (1, 2, 99_999, 123_456, 199_999, 200_000):
        found = logview.page(quick, view, first, 3)
        numbers = range(first, min(first + 3, 200_001))
        assert [number for number, _ in found] == list(numbers)
        assert [logview.show(*each)["text"] for each in found] == [f"line {n}" for n in numbers]
    assert logview.page(quick, view, 200_001, 3) == []
    raw = quick.logs.path(run.run_id, CAPTURED).read_bytes()
    for offset in (0, 1, 65_536, 1_000_000):
        expected = raw.count(b"\n", 0, offset) + 1 + (offset > 0 and raw[offset - 1] != 10)
        assert logview.line_at_offset(quick, view, offset) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Question("ERROR"), [2, 5]),
        (Question("error", stream="stderr"), [5]),
        (Question("stdout"), [6]),
        (Question("2026"), []),
        (Question("error", after=2), [5]),
        (Question("é"), [3]),
        (Question("É"), [3]),
        (Question("^(err|an) ?", is_regex=True), [2, 5, 6]),
        (Question(r"\d{3}$", is_regex=True), [4]),
        (Question("nothing"), []),
        (Question(".", is_regex=True, limit=2), [1, 2]),
    ],
)
def test_search(quick: Context, run: Run, question: Question, expected: list[int]) -> None:
    send(quick, run, 0, "first\nan ERROR\ncafé\ncode 123\n".encode())
    send(quick, run, 0, b"error\n", "stderr")
    send(quick, run, 30, b"an stdout word\n")
    found = loghits.search(quick, viewed(quick, run), question)
    assert [hit["n"] for hit in found["hits"]] == expected
    if question.limit == 2:
        assert found["next"] == 2


def test_search_goes_on_where_it_stopped(quick: Context, run: Run) -> None:
    data = b"".join(b"line %d\n" % number for number in range(1, 30_001))
    send(quick, run, 0, data)
    view, after, found = viewed(quick, run), 0, []
    while True:
        answer = loghits.search(quick, view, Question("99", after=after, limit=100))
        found += [hit["n"] for hit in answer["hits"]]
        if answer["next"] is None:
            break
        after = answer["next"]
    assert found == [number for number in range(1, 30_001) if "99" in str(number)]


def test_search_goes_backward_from_a_line(quick: Context, run: Run) -> None:
    data = b"".join(b"line %d\n" % number for number in range(1, 30_001))
    send(quick, run, 0, data)
    view, before, found = viewed(quick, run), 29_990, list[int]()
    while True:
        answer = loghits.search(quick, view, Question("99", before=before, limit=100))
        found = [hit["n"] for hit in answer["hits"]] + found
        if answer["next"] is None:
            break
        before = answer["next"]
    assert found == [number for number in range(1, 29_990) if "99" in str(number)]
    last = loghits.search(quick, view, Question("line 7", before=7_000, limit=1))
    assert [hit["n"] for hit in last["hits"]] == [799]


def test_search_within_a_section_and_with_the_lines_around(quick: Context, run: Run) -> None:
    send(quick, run, 0, b"x 1\n--#--Load\nx 2\ny\nx 3\n--#--Train\nx 4\nz\n")
    view = viewed(quick, run)
    assert [hit["n"] for hit in loghits.search(quick, view, Question("x"))["hits"]] == [1, 2, 4, 5]
    found = loghits.search(quick, view, Question("x", section=1, context=1))
    assert [hit["n"] for hit in found["hits"]] == [2, 4]
    assert [[line["text"] for line in hit["before"]] for hit in found["hits"]] == [["x 1"], ["y"]]
    assert [[line["text"] for line in hit["after"]] for hit in found["hits"]] == [["y"], ["x 4"]]
    assert [hit["n"] for hit in loghits.search(quick, view, Question("x", section=2))["hits"]] == [
        5
    ]
    with pytest.raises(NotFound, match="no section 3"):
        loghits.search(quick, view, Question("x", section=3))


def test_lines_of_one_stream_are_found_by_their_place_in_it(quick: Context, run: Run) -> None:
    sent = {"stdout": 0, "stderr": 0}
    expected: dict[str, list[str]] = {"stdout": [], "stderr": []}
    for turn in range(40):
        for stream, count in (("stdout", 700), ("stderr", 3 if turn % 10 == 5 else 0)):
            texts = [f"{stream} {turn} {number} {'.' * 40}" for number in range(count)]
            data = "".join(f"{text}\n" for text in texts).encode()
            expected[stream] += texts
            if data:
                sent[stream] = send(quick, run, sent[stream], data, stream)
    view = viewed(quick, run)
    assert view.stream_lines == {name: len(lines) for name, lines in expected.items()}
    for stream, lines in expected.items():
        for nth in (1, 2, 5, 699, 700, 701, 20_000, 27_999, 28_000, 28_001):
            found = logview.page_of_stream(quick, view, stream, nth, 4)
            shown = [logview.show(*each) for each in found]
            assert [line["text"] for line in shown] == lines[nth - 1 : nth + 3]
            whole = [logview.page(quick, view, number, 1)[0] for number, _ in found]
            assert whole == found
    assert logview.page_of_stream(quick, view, "setup", 1, 4) == []


def test_a_part_of_a_log_is_downloaded(quick: Context, run: Run) -> None:
    send(quick, run, 0, b"one\ntwo\nthree\n")
    send(quick, run, 0, b"oh\n", "stderr")
    send(quick, run, 14, b"four\n")
    view = viewed(quick, run)
    text = b"".join(logexport.as_text(quick, view, Part(2, 4)))
    assert text == b"two\nthree\noh\n"
    rows = json.loads(b"".join(logexport.as_json(quick, view, Part(3, None, "stdout"))))
    assert [(row["n"], row["text"]) for row in rows] == [(3, "three"), (5, "four")]
    assert b"".join(logexport.as_text(quick, view, Part(9, 12))) == b""


def test_a_long_text_is_cut_where_only_so_much_is_asked_for(quick: Context, run: Run) -> None:
    send(quick, run, 0, b"x" * 5000 + b"\nshort\n")
    first, second = logview.page(quick, viewed(quick, run), 1, 2)
    shown = logview.show(*first, 2000)
    assert (len(shown["text"]), shown["more"]) == (2000, 3000)
    assert "more" not in logview.show(*second, 2000)


@pytest.mark.parametrize("pattern", ["(", "a{99999999999}"])
def test_what_is_no_expression_is_refused(quick: Context, run: Run, pattern: str) -> None:
    send(quick, run, 0, b"text\n")
    with pytest.raises(Invalid, match="not a regular expression"):
        loghits.search(quick, viewed(quick, run), Question(pattern, is_regex=True))


def test_an_expression_that_backtracks_for_ever_is_ended(
    quick: Context, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loghits, "SEARCH_S", -2.0)
    send(quick, run, 0, b"a" * 64 + b"\n")
    with pytest.raises(Invalid, match="too long"):
        loghits.search(quick, viewed(quick, run), Question("(a+)+b", is_regex=True))


def test_download_as_text_and_as_json(quick: Context, run: Run) -> None:
    send(quick, run, 0, b"one\n" + b"x" * 40_000 + b"\ntwo\n")
    view = viewed(quick, run)
    text = b"".join(logexport.as_text(quick, view, timestamps=False)).decode()
    assert text == "one\n" + "x" * 40_000 + "\ntwo\n"
    stamped = b"".join(logexport.as_text(quick, view, timestamps=True)).decode().splitlines()
    assert stamped[0] == "2026-11-23T01:02:03.123456Z one"
    rows = json.loads(b"".join(logexport.as_json(quick, view)))
    assert [row["n"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row.get("partial", False) for row in rows] == [False, True, True, False, False]


def test_an_empty_log_is_an_empty_download(quick: Context, run: Run) -> None:
    view = viewed(quick, run)
    assert b"".join(logexport.as_text(quick, view, timestamps=False)) == b""
    assert json.loads(b"".join(logexport.as_json(quick, view))) == []


# --- progress and the posted source ---------------------------------------------------------------


def test_progress_is_read_from_lines_unless_the_run_reports_it(context: Context, run: Run) -> None:
    send(context, run, 0, b" 50%|##  | 5/10 [00:05<00:05, 1.00it/s]")
    progress = viewed(context, run).run.progress
    assert progress is not None
    assert (progress.done, progress.total) == (5, 10)
    with context.db.transaction() as tx:
        runs.progress(tx, run.run_id, Progress(1, 2, "pictures"))
    send(context, run, 39, b"\r 60%|##  | 6/10 [00:05<00:05, 1.00it/s]")
    assert viewed(context, run).run.progress == Progress(1, 2, "pictures")


def test_posted_lines_are_shown_where_nothing_was_captured(
    context: Context, clock: FakeClock
) -> None:
    run = started(context.db, add_house(context.db), engine="external")
    for number, text in enumerate(("--#--Start job", "one\n", "two\n")):
        logs.post(context, run.run_id, Call(number, [text], "--#--Start job"))
    logs.post(context, run.run_id, Call(1, ["one\n"]))
    assert texts(context, run) == ["one"]
    assert viewed(context, run).open_lines == {"stdout": "two"}
    logs.post_call(context, run.run_id, 3, "0", "--#--End job", "exit_code")
    view = viewed(context, run)
    assert texts(context, run) == ["one", "two"]
    assert view.run.declared is Declared.SUCCEED
    assert view.run.status is RunStatus.RUNNING
    assert [section.name for section in view.sections] == ["Start job"]


def test_posted_lines_never_mix_with_captured_ones(context: Context, run: Run) -> None:
    send(context, run, 0, b"captured\n")
    logs.post(context, run.run_id, Call(0, ["posted\n"]))
    logs.post(context, run.run_id, Call(1, ["posted\n"]))
    assert texts(context, run) == ["captured"]
    assert viewed(context, run).run.log_lines == 1
