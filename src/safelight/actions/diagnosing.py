"""Reading the end of a run's log for its diagnosis, and finding the line that tells once the log is whole."""

from __future__ import annotations

from uuid import UUID

from safelight.actions import logview
from safelight.actions.context import Context
from safelight.domain import lastwords
from safelight.domain import logs as records
from safelight.domain.diagnosis import evidence_text
from safelight.domain.lastwords import Line
from safelight.store import runs
from safelight.store.runs import Run

_TAIL = 256 * 1024  # bytes; about two thousand lines


def tail(context: Context, run: Run) -> list[Line]:
    """The last lines of the log that people see, as far as it has come; lines that have not ended last."""
    with context.db.read() as read:
        view = logview.view(read, run, with_sections=False)
    source = view.source
    start = max(0, source.size - _TAIL)
    data = context.logs.read(run.run_id, source.source, start, source.size - start)
    kept = data.split(b"\n")[:-1]
    first = source.lines - len(kept) + 1
    said = []
    for number, record in enumerate(kept, first):
        if number == first and start > 0:
            continue  # its beginning was cut off
        found = records.parse(record)
        said.append(Line(found.text, number, found.stream))
    return [*said, *(Line(text, None, name) for name, text in view.open_lines.items())]


def locate(context: Context, run_id: UUID) -> None:
    """Note where the log says why a run failed, if it was not whole when the run ended.

    Called after the commit of either, the end and the log's last byte: whichever was later finds both.
    """
    with context.db.read() as read:
        run = runs.get(read, run_id)
    if run.failure is None or not run.failure.evidence or run.failure_line is not None:
        return
    for line in reversed(lastwords.read(tail(context, run)).lines):
        if line.number is not None and evidence_text(line) == run.failure.evidence:
            with context.db.transaction() as tx:
                runs.failure_line(tx, run_id, line.number)
            return
