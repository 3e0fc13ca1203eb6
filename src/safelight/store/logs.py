"""The index of logs: per run and source its length, the record function's state, line numbers and sections.

The records themselves are in a LogStore (`logfile.py`). Appends are ordered by `appends`: who read
the state before somebody else's append is refused, so no two can write from the same state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update

from safelight.domain.logs import Closed, Opened
from safelight.errors import Conflict
from safelight.store import schema
from safelight.store.db import Read, Transaction

sources, index, sections = schema.log_stream, schema.log_index, schema.log_section

CAPTURED, POSTED = schema.LOG_SOURCES


@dataclass(frozen=True, slots=True)
class Source:
    """One of a run's two logs. `appends` counts the writes; `state` is None before the first."""

    run_id: UUID
    source: str
    state: dict[str, Any] | None = None
    size: int = 0
    lines: int = 0
    appends: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Record `line` begins at byte `offset`. `stderr`, `setup`: how many lines these streams have before
    it; all others are of stdout.
    """

    line: int
    offset: int
    at: int = 0
    stderr: int = 0
    setup: int = 0

    def lines_of(self, stream: str) -> int:
        """How many lines of a stream are before this place."""
        if stream == "stdout":
            return self.line - 1 - self.stderr - self.setup
        return int(getattr(self, stream))

    def later(self, stream: str, lines: int, offset: int) -> Place:
        """The place behind `lines` more lines of a stream."""
        counted = {} if stream == "stdout" else {stream: self.lines_of(stream) + lines}
        return replace(self, line=self.line + lines, offset=offset, **counted)


@dataclass(frozen=True, slots=True)
class Section:
    """A named stretch of lines; `end_line` is the first line after it, None while it is open."""

    number: int
    name: str
    line: int
    end_line: int | None
    started_at: int
    ended_at: int | None


def get(read: Read, run_id: UUID, source: str) -> Source:
    """The source as it stands; an empty one if nothing was ever appended."""
    row = read.first(select(sources).where(sources.c.run_id == run_id, sources.c.source == source))
    if row is None:
        return Source(run_id, source)
    return Source(run_id, source, row.state, row.bytes, row.lines, row.appends)


def save(tx: Transaction, before: Source, after: Source) -> None:
    """Write what an append made of `before`. Raises Conflict if somebody appended since."""
    values = {
        "state": after.state,
        "bytes": after.size,
        "lines": after.lines,
        "appends": before.appends + 1,
    }
    if before.appends == 0:
        tx.execute(insert(sources).values(run_id=after.run_id, source=after.source, **values))
        return
    row = tx.first(
        update(sources)
        .where(
            sources.c.run_id == after.run_id,
            sources.c.source == after.source,
            sources.c.appends == before.appends,
        )
        .values(**values)
        .returning(sources.c.appends)
    )
    if row is None:
        raise Conflict("Somebody else appended to this log.", run_id=str(after.run_id))


def add_places(tx: Transaction, run_id: UUID, source: str, places: Iterable[Place]) -> None:
    """Add index entries."""
    rows = [
        {
            "run_id": run_id,
            "source": source,
            "line": place.line,
            "offset": place.offset,
            "at": place.at,
            "stderr": place.stderr,
            "setup": place.setup,
        }
        for place in places
    ]
    if rows:
        tx.execute(insert(index), rows)


def place_of_line(read: Read, run_id: UUID, source: str, line: int) -> Place:
    """The last indexed place at or before `line`; the beginning if there is none."""
    row = read.first(
        select(index)
        .where(index.c.run_id == run_id, index.c.source == source, index.c.line <= line)
        .order_by(index.c.line.desc())
        .limit(1)
    )
    return _place(row) if row else Place(1, 0)


def place_of_offset(read: Read, run_id: UUID, source: str, offset: int) -> Place:
    """The last indexed place at or before byte `offset`."""
    row = read.first(
        select(index)
        .where(index.c.run_id == run_id, index.c.source == source, index.c.offset <= offset)
        .order_by(index.c.line.desc())
        .limit(1)
    )
    return _place(row) if row else Place(1, 0)


def stretches_with(
    read: Read, run_id: UUID, source: str, stream: str, nth: int, count: int
) -> list[tuple[Place, int | None]]:
    """Between which places lines `nth` to `nth + count - 1` of a stream are: each a place and the offset
    at which the next begins, None if there is none.
    """
    counted = {
        "stdout": index.c.line - 1 - index.c.stderr - index.c.setup,
        "stderr": index.c.stderr,
        "setup": index.c.setup,
    }[stream]
    here = and_(index.c.run_id == run_id, index.c.source == source)
    order = index.c.line
    places = (
        select(
            index.c.line,
            index.c.offset,
            index.c.at,
            index.c.stderr,
            index.c.setup,
            counted.label("lines"),
            func.lead(counted).over(order_by=order).label("lines_after"),
            func.lead(index.c.offset).over(order_by=order).label("end"),
        )
        .where(here)
        .subquery()
    )
    rows = read.all(
        select(places)
        .where(
            places.c.lines < nth + count - 1,
            or_(places.c.lines_after.is_(None), places.c.lines_after >= nth),
            or_(places.c.lines_after.is_(None), places.c.lines_after > places.c.lines),
        )
        .order_by(places.c.line)
        .limit(count + 1)
    )
    found: list[tuple[Place, int | None]] = [(_place(row), row.end) for row in rows]
    # The log begins at no indexed place, and with no line of any stream before it.
    first = read.first(select(index).where(here).order_by(order).limit(1))
    if first is None:
        return [(Place(1, 0), None)]
    if _place(first).lines_of(stream) >= nth:
        found.insert(0, (Place(1, 0), first.offset))
    return found


def _place(row: Row[Any]) -> Place:
    return Place(row.line, row.offset, row.at, row.stderr, row.setup)


def mark(tx: Transaction, run_id: UUID, source: str, marks: Iterable[Opened | Closed]) -> None:
    """Open and end sections, in this order."""
    for each in marks:
        if isinstance(each, Opened):
            tx.execute(
                insert(sections).values(
                    run_id=run_id,
                    source=source,
                    number=each.number,
                    name=each.name,
                    line=each.line,
                    started_at=each.at,
                )
            )
            continue
        tx.execute(
            update(sections)
            .where(
                sections.c.run_id == run_id,
                sections.c.source == source,
                sections.c.number == each.number,
            )
            .values(ended_at=each.at, end_line=each.end_line)
        )


def sections_of(read: Read, run_id: UUID, source: str) -> list[Section]:
    """All sections of a source, first to last."""
    rows = read.all(
        select(sections)
        .where(sections.c.run_id == run_id, sections.c.source == source)
        .order_by(sections.c.number)
    )
    return [
        Section(row.number, row.name, row.line, row.end_line, row.started_at, row.ended_at)
        for row in rows
    ]


def remove(tx: Transaction, run_id: UUID) -> None:
    """Remove a run's index; its records are the LogStore's."""
    for table in (sources, index, sections):
        tx.execute(delete(table).where(table.c.run_id == run_id))
