"""Writing logs: raw chunks of a runner and posted lines become durable records, each exactly once.

Order of an append: file first, then its index in one transaction. A crash between the two leaves bytes
behind the acknowledged length; the next append cuts them off, and the sender sends again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from safelight.actions import diagnosing, settle
from safelight.actions.context import Context
from safelight.actions.logview import read_records
from safelight.actions.masking import mask_of
from safelight.domain import logs as records
from safelight.domain import posted
from safelight.domain.jobs import Declared
from safelight.domain.logs import Appended, State
from safelight.domain.masking import Mask
from safelight.domain.posted import Call, PostedState
from safelight.errors import Conflict, Invalid
from safelight.store import logs, runs
from safelight.store.logs import CAPTURED, POSTED, Place, Source
from safelight.store.runs import Run

INDEX_EVERY = 64 * 1024  # bytes between two index entries
_TRIES = 5

# One append at a time per run in this process; other processes are ordered by `Source.appends`.
_locks = [threading.Lock() for _ in range(64)]

Change = Callable[[State, Mask], Appended | None]


def append(
    context: Context, run_id: UUID, stream: str, offset: int, data: bytes, *, at: int
) -> int:
    """Take bytes of a stream that begin at `offset`; returns the offset that is acknowledged now.

    What was taken before is dropped unread, so sending again is harmless and the first bytes at an offset
    stand. A gap, and bytes behind the end of a finished log, raise Conflict with the fact `acknowledged`,
    and nothing is written.
    """
    if stream not in records.STREAMS:
        raise Invalid(f"There is no stream {stream!r}.", field="stream")
    acknowledged = 0

    def change(state: State, mask: Mask) -> Appended | None:
        nonlocal acknowledged
        acknowledged = state.stream(stream).offset
        if offset > acknowledged:
            raise Conflict(
                f"Bytes {acknowledged} to {offset} of {stream} are missing.",
                acknowledged=acknowledged,
            )
        fresh = data[acknowledged - offset :]
        if not fresh:
            return None
        if state.is_finished:
            raise Conflict(
                f"The log has ended: {stream} was said to have {acknowledged} bytes.",
                acknowledged=acknowledged,
            )
        acknowledged += len(fresh)
        quota = context.settings.log_quota
        added = records.append(state, stream, fresh, at, quota=quota, mask=mask)
        return _merged(added, _complete(state, at, quota, mask))

    _advance(context, run_id, CAPTURED, change)
    return acknowledged


def expect(context: Context, run_id: UUID, offsets: dict[str, int]) -> bool:
    """Note where the streams end, as the runner says; True if all of it has arrived."""
    complete = False

    def change(state: State, mask: Mask) -> Appended | None:
        nonlocal complete
        complete = state.is_finished
        if complete:
            return None
        state.expected = {name: offsets[name] for name in records.STREAMS if name in offsets}
        added = _complete(state, context.db.clock(), context.settings.log_quota, mask)
        complete = state.is_finished
        return added or Appended()

    _advance(context, run_id, CAPTURED, change)
    return complete


def post(context: Context, run_id: UUID, call: Call, *, at: int | None = None) -> None:
    """Take one logging call of the wire."""
    moment = context.db.clock() if at is None else at

    def earlier(first: int, count: int) -> str:
        found = read_records(context, run_id, POSTED, first, count)
        return "\n".join(records.parse(record).text for _, record in found)

    def change(state: State, mask: Mask) -> Appended | None:
        assert isinstance(state, PostedState)
        texts = [mask.text(text) for text in call.texts]
        shown = Call(call.number, texts, mask.text(call.part))
        return posted.post(state, shown, moment, earlier, quota=context.settings.log_quota)

    _advance(context, run_id, POSTED, change)


def finish_posted(context: Context, run_id: UUID) -> None:
    """Record the open posted line: the run has ended."""

    def change(state: State, _: Mask) -> Appended | None:
        assert isinstance(state, PostedState)
        if state.is_finished or (not state.lines and state.number is None):
            return None
        return posted.finish(state, context.db.clock(), quota=context.settings.log_quota)

    _advance(context, run_id, POSTED, change)


def post_call(
    context: Context, run_id: UUID, number: int, log: str | list[str], part: str, special: object
) -> None:
    """Take a logging call as the wire sends it. An exit code is no line: it declares the end."""
    texts = [log] if isinstance(log, str) else log
    if special != "exit_code":
        post(context, run_id, Call(number, texts, part))
        return
    succeeded = "".join(texts).strip() == "0"
    settle.declare(context.db, run_id, Declared.SUCCEED if succeeded else Declared.FAIL, ends=False)
    finish_posted(context, run_id)


def acknowledged(context: Context, run_id: UUID) -> dict[str, int]:
    """The offset up to which each captured stream has arrived."""
    with context.db.read() as read:
        state = _state(context, logs.get(read, run_id, CAPTURED))
    return {name: state.stream(name).offset for name in records.STREAMS}


# --- one append -----------------------------------------------------------------------------------


def _advance(context: Context, run_id: UUID, source: str, change: Change) -> None:
    """Let `change` take the state one step on, and keep what comes out of it.

    `change` may be called again, from a newer state, if another process was quicker.
    """
    with _locks[run_id.int % len(_locks)]:
        for left in reversed(range(_TRIES)):
            with context.db.read() as read:
                before = logs.get(read, run_id, source)
                run = runs.get(read, run_id)
            state = _state(context, before)
            added = change(state, mask_of(context, run))
            if added is None:
                return
            try:
                _keep(context, run, before, state, added)
                break
            except Conflict:
                if not left:
                    raise
    if state.is_finished:
        diagnosing.locate(context, run_id)


def _keep(context: Context, run: Run, before: Source, state: State, added: Appended) -> None:
    """Make the step durable, and wake who follows the log or the run's progress."""
    source = before.source
    if added.records:
        context.logs.append(run.run_id, source, before.size, added.records)
    after = Source(run.run_id, source, _sealed(context, state), state.size, state.lines)
    rings = {run.run_id}
    with context.db.transaction() as tx:
        logs.save(tx, before, after)
        logs.add_places(tx, run.run_id, source, places(before, added, tx.now))
        logs.mark(tx, run.run_id, source, added.sections)
        if source == records.shown(run.engine, state if source == CAPTURED else None):
            completed = state.is_finished
            runs.log_totals(tx, run.run_id, lines=state.lines, size=state.size, completed=completed)
        progress = added.progress
        if progress is not None and runs.printed_progress(tx, run.run_id, progress):
            rings.add(run.organization_id)
    context.hub.ring(rings)


def places(before: Source, added: Appended, at: int) -> list[Place]:
    """Index entries for what is added: the first record at or behind each multiple of 64 KiB."""
    found: list[Place] = []
    place = Place(before.lines + 1, before.size, at, **_other_lines(before))
    data, end = added.records, 0
    for stream, size in added.parts:
        start, end = end, end + size
        while True:
            border = (place.offset // INDEX_EVERY + 1) * INDEX_EVERY - before.size
            cut = data.find(b"\n", border - 1, end) + 1
            if not cut or cut == len(data):
                break
            place = place.later(stream, data.count(b"\n", start, cut), before.size + cut)
            found.append(place)
            start = cut
        place = place.later(stream, data.count(b"\n", start, end), place.offset)
    return found


def _other_lines(source: Source) -> dict[str, int]:
    """How many lines the streams have that the index counts apart."""
    streams = (source.state or {}).get("streams") or {}
    return {name: streams.get(name, {}).get("lines", 0) for name in ("stderr", "setup")}


def _state(context: Context, source: Source) -> State:
    kind = PostedState if source.source == POSTED else State
    state = kind.from_json(source.state) if source.state else kind()
    for stream in state.streams.values():
        if stream.held:
            held = context.sealer.unseal(stream.held)["held"]
            stream.held = held.encode("latin-1")
    return state


def _sealed(context: Context, state: State) -> dict[str, Any]:
    """The state for the database: what may be the beginning of a secret is kept as a secret."""
    plain = state.to_json()
    for stream in plain["streams"].values():
        if stream["held"]:
            stream["held"] = context.sealer.seal({"held": stream["held"]}).decode("latin-1")
    return plain


def _complete(state: State, at: int, quota: int, mask: Mask) -> Appended | None:
    """End the log once every stream has reached the offset that the runner said."""
    if state.expected is None or state.is_finished or state.missing:
        return None
    return records.finish(state, at, quota=quota, mask=mask)


def _merged(first: Appended, second: Appended | None) -> Appended:
    if second is None:
        return first
    return Appended(
        first.records + second.records,
        [*first.parts, *second.parts],
        [*first.sections, *second.sections],
        second.progress or first.progress,
    )
