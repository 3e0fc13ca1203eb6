"""Which jobs somebody asks for, and the text that says it in the search box, in links and on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from safelight.domain.jobs import FailureKind, JobType, RunStatus
from safelight.domain.qualifiers import Language
from safelight.errors import Invalid

ENGINES = ("local", "container", "ray", "slurm", "external")
FAILURE_KEY = "^([0-9a-f]{16})?$"


@dataclass(frozen=True, slots=True)
class JobQuery:
    """A filter in people's words; every empty field filters nothing."""

    type: JobType | None = None
    statuses: tuple[RunStatus, ...] = ()
    user: str = ""  # id, name or `me`
    object: str = ""  # id or name
    processing: str = ""  # id or name
    engine: str = ""
    failure_kind: FailureKind | None = None
    failure: str = ""  # the key of equal failures
    triggered_after: str = ""  # a moment, as domain/moments.py understands it
    triggered_before: str = ""
    search: str = ""
    archived: str = "no"


EVERYTHING = JobQuery()

# The words that people see are statuses, too.
STATUS_WORDS = {
    "pending": RunStatus.PENDING,
    "queued": RunStatus.QUEUED,
    "running": RunStatus.RUNNING,
    "success": RunStatus.SUCCEEDED,
    "failure": RunStatus.FAILED,
    "stopped": RunStatus.KILLED,
}
_STATUSES = {**STATUS_WORDS, **{status.lower(): status for status in RunStatus}}

_MOMENT = "a day (2026-11-01), a time (2026-11-01T08:30:00Z) or an age (12h, 7d)"
_LANGUAGE = Language(
    {
        "status": ", ".join(STATUS_WORDS),
        "type": ", ".join(JobType).lower(),
        "user": "a name, or me",
        "object": "dataset/version, model/version, project/experiment or a datalake",
        "processing": "the name of a processing",
        "engine": ", ".join(ENGINES),
        "failure": f"{', '.join(FailureKind)}, or the key of a failure",
        "after": _MOMENT,
        "before": _MOMENT,
        "archived": "no, yes or any",
    }
)
_FIELDS = {"after": "triggered_after", "before": "triggered_before"}


def read_query(text: str, beside: JobQuery = EVERYTHING) -> JobQuery:
    """`status:failure object:"my coins" tiles` as a query, together with what is asked `beside` it.

    Words without a colon are searched for; in quotes also those with one. Raises Invalid for a filter
    that there is not, a value that it does not take, and two values where one is meant. Whether a name
    names something is for who has the names.
    """
    given, words = _LANGUAGE.read(text)
    query = beside
    for each in given:
        query = _with(query, each.name, each.value)
    return replace(query, search=" ".join(word for word in (beside.search, *words) if word))


def status_of(word: str) -> RunStatus:
    """A status by its code or by the word that people see. Raises Invalid."""
    return _LANGUAGE.known("status", word, _STATUSES.get(word.lower()))


def _with(query: JobQuery, name: str, value: str) -> JobQuery:
    if name == "status":
        statuses = dict.fromkeys((*query.statuses, status_of(value)))
        return replace(query, statuses=tuple(statuses))
    if name == "type":
        named = [each for each in JobType if each.lower().startswith(value.lower())]
        return _set(query, "type", _LANGUAGE.known(name, value, named[0] if named else None))
    if name == "failure":
        return _with_failure(query, value.lower())
    is_word = name in ("engine", "archived")
    return _set(query, _FIELDS.get(name, name), value.lower() if is_word else value)


def _with_failure(query: JobQuery, value: str) -> JobQuery:
    if re.fullmatch(FAILURE_KEY, value):
        return _set(query, "failure", value)
    kind = FailureKind(value) if value in set(FailureKind) else None
    return _set(query, "failure_kind", _LANGUAGE.known("failure", value, kind))


def _set(query: JobQuery, field: str, value: Any) -> JobQuery:
    there = getattr(query, field)
    if there not in (getattr(EVERYTHING, field), value):
        raise Invalid(f"{field} is given twice, as {there!s} and {value!s}.", field=field)
    change: dict[str, Any] = {field: value}
    return replace(query, **change)
