"""Writes a log of any length into a run at once: its file, its index and its totals, as appends would."""

from __future__ import annotations

from dataclasses import replace

from safelight.actions import logs as writing
from safelight.actions.context import Context
from safelight.domain.logs import Appended, State, prefix
from safelight.store import logs, runs
from safelight.store.logs import CAPTURED, Source
from safelight.store.runs import Run

AT = 1_795_395_723_123_456
TURN = 1000  # lines; the last ERRORS of each are of stderr
ERRORS = 2
_TURNS = 100  # in one step
_TEXT = "line {} epoch 12 loss 0.1234 accuracy 0.9876, 48.2 pictures a second, 3.1 GiB used"


def text(number: int) -> str:
    """What line `number` says."""
    return _TEXT.format(number)


def write(context: Context, run: Run, lines: int, last: str = "") -> None:
    """Give a run a captured log of `lines` lines (whole turns), each a millisecond after the one before;
    `last` is the text of the last one.
    """
    state = State()
    before = Source(run.run_id, CAPTURED)
    context.logs.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with context.logs.path(run.run_id, CAPTURED).open("wb") as file:
        while state.lines < lines:
            added = Appended()
            for _ in range(min(_TURNS, (lines - state.lines) // TURN)):
                _turn(state, added)
            if last and state.lines == lines:
                added = _with_last(state, added, last)
            file.write(added.records)
            after = Source(run.run_id, CAPTURED, state.to_json(), state.size, state.lines)
            with context.db.transaction() as tx:
                places = writing.places(before, added, AT + state.lines * 1000)
                logs.add_places(tx, run.run_id, CAPTURED, places)
            before = after
    with context.db.transaction() as tx:
        logs.save(tx, Source(run.run_id, CAPTURED), before)
        runs.log_totals(tx, run.run_id, lines=state.lines, size=state.size, completed=True)


def _turn(state: State, added: Appended) -> None:
    first = state.lines + 1
    for stream, start, end in (
        ("stdout", first, first + TURN - ERRORS),
        ("stderr", first + TURN - ERRORS, first + TURN),
    ):
        head = prefix(AT + start * 1000, stream).decode()
        records = "".join(f"{head}{_TEXT.format(n)}\n" for n in range(start, end)).encode()
        added.add(stream, records)
        state.size += len(records)
        state.lines += end - start
        state.stream(stream).lines += end - start
    state.is_finished = True


def _with_last(state: State, added: Appended, text: str) -> Appended:
    start = added.records.rindex(b"\n", 0, -1) + 1
    record = prefix(AT + state.lines * 1000, "stderr") + text.encode() + b"\n"
    longer = len(record) - (len(added.records) - start)
    stream, size = added.parts[-1]
    state.size += longer
    parts = [*added.parts[:-1], (stream, size + longer)]
    return replace(added, records=added.records[:start] + record, parts=parts)
