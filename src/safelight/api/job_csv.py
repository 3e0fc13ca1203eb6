"""The list of jobs as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import orjson
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from safelight.actions.jobquery import filter_of
from safelight.api.asking import Db
from safelight.api.job_query import Asked, JobReader
from safelight.api.views import optional_time
from safelight.store import joblist
from safelight.store.db import Database
from safelight.store.jobfilter import Filter
from safelight.store.joblist import ListRow

router = APIRouter(tags=["jobs"])

_PAGE = 500
_HEAD = (
    "id", "name", "type", "operation", "status", "object", "user", "engine", "run", "triggered_at",
    "started_at", "finished_at", "duration_s", "failure", "archived",
)  # fmt: skip


@router.get("/jobs/export.csv", response_class=StreamingResponse)
def export_jobs(db: Db, actor: JobReader, asked: Asked) -> StreamingResponse:
    """All jobs that the filters show, newest first, as CSV. Text that a spreadsheet would take for a
    formula is preceded by an apostrophe.
    """
    with db.read() as read:
        filter = filter_of(read, actor, asked)
    headers = {"Content-Disposition": 'attachment; filename="jobs.csv"'}
    return StreamingResponse(
        _lines(db, filter), media_type="text/csv; charset=utf-8", headers=headers
    )


def _lines(db: Database, filter: Filter) -> Iterator[str]:
    """Page by page, each read by itself: no snapshot is held while a slow reader takes its time."""
    yield _csv([_HEAD])
    after: str | None = None
    while True:
        with db.read() as read:
            page = joblist.page(read, filter, after=after, limit=_PAGE)
        yield _csv(_cells(row) for row in page.rows)
        after = page.next
        if after is None:
            return


def _csv(rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cells(row: ListRow) -> tuple[str, ...]:
    took = None
    if row.started_at is not None and row.finished_at is not None:
        took = (row.finished_at - row.started_at) / 1_000_000
    return (
        str(row.job_id),
        _safe(row.name),
        row.type,
        _safe(row.operation),
        row.status,
        _safe(row.target_name),
        _safe(row.user_name),
        row.engine,
        str(row.number),
        optional_time(row.triggered_at) or "",
        optional_time(row.started_at) or "",
        optional_time(row.finished_at) or "",
        "" if took is None else f"{took:.3f}",
        _safe(_failure(row)),
        "yes" if row.archived else "no",
    )


def _failure(row: ListRow) -> str:
    return str(orjson.loads(row.failure)["message"]) if row.failure else ""


def _safe(text: str) -> str:
    """As text, whatever it begins with (owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
