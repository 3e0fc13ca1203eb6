"""Writes a log of any length into a run at once: its file, its index and its totals, as appends would."""

from __future__ import annotations

from dataclasses import replace

from safelight.actions import logs as writing
from safelight.actions.context import Context
from safelight.domain.logs import Appended, State, prefix
from safelight.store import logs, runs
from safelight.store.logs import CAPTURED, Place, Source
from safelight.store.runs import Run

AT = 1_795_395_723_123_456
TURN = 1000  # lines; the last ERRORS of each are of stderr
ERRORS = 2
_TURNS = 100  # in one step
_TEXT = "line {} epoch 12 loss 0.1234 accuracy 0.9876, 48.2 pictures a second, 3.1 GiB used"

# All turns but the first differ in these places only, so that they are filled in and not put together.
_HEAD, _NUMBER, _NEXT = "\0", "\1", "\2"
_NUMBERS = [f"{_NUMBER}{n:03}" for n in range(1, TURN)] + [f"{_NEXT}000"]
_FORM = [f"{_HEAD}{_TEXT.format(number)}\n".encode() for number in _NUMBERS]
_FORMS = {"stdout": b"".join(_FORM[:-ERRORS]), "stderr": b"".join(_FORM[-ERRORS:])}


def text(number: int) -> str:
    """What line `number` says."""
    return _TEXT.format(number)


def write(context: Context, run: Run, lines: int, last: str = "") -> None:
    """Give a run a captured log of `lines` lines (whole turns), each a millisecond after the one before;
    `last` is the text of the last one.
    """
    state = State()
    before = Source(run.run_id, CAPTURED)
    places: list[Place] = []
    context.logs.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with context.logs.path(run.run_id, CAPTURED).open("wb") as file:
        while state.lines < lines:
            added = _turns(state, min(_TURNS, (lines - state.lines) // TURN))
            if last and state.lines == lines:
                added = _with_last(state, added, last)
            file.write(added.records)
            places += writing.places(before, added, AT + state.lines * 1000)
            before = Source(run.run_id, CAPTURED, state.to_json(), state.size, state.lines)
    # At once: each commit would wait until what was written meanwhile is on the disk.
    with context.db.transaction() as tx:
        logs.add_places(tx, run.run_id, CAPTURED, places)
        logs.save(tx, Source(run.run_id, CAPTURED), before)
        runs.log_totals(tx, run.run_id, lines=state.lines, size=state.size, completed=True)


def _turns(state: State, count: int) -> Appended:
    parts: list[bytes] = []
    added = Appended()
    for _ in range(count):
        for stream, size in (("stdout", TURN - ERRORS), ("stderr", ERRORS)):
            records = _records(stream, state.lines + 1, size)
            parts.append(records)
            added.parts.append((stream, len(records)))
            state.size += len(records)
            state.lines += size
            state.stream(stream).lines += size
    state.is_finished = True
    return replace(added, records=b"".join(parts))


def _records(stream: str, first: int, count: int) -> bytes:
    """The records of a stream's lines of one turn."""
    head = prefix(AT + first * 1000, stream)
    turn = first // TURN
    if turn == 0:
        lines = range(first, first + count)
        return b"".join(b"%b%b\n" % (head, text(number).encode()) for number in lines)
    form = _FORMS[stream].replace(_HEAD.encode(), head).replace(_NUMBER.encode(), b"%d" % turn)
    return form.replace(_NEXT.encode(), b"%d" % (turn + 1))


def _with_last(state: State, added: Appended, text: str) -> Appended:
    start = added.records.rindex(b"\n", 0, -1) + 1
    record = prefix(AT + state.lines * 1000, "stderr") + text.encode() + b"\n"
    longer = len(record) - (len(added.records) - start)
    stream, size = added.parts[-1]
    state.size += longer
    parts = [*added.parts[:-1], (stream, size + longer)]
    return replace(added, records=added.records[:start] + record, parts=parts)
