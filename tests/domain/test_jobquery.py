"""The text of the search box: what it means, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from safelight.domain.jobquery import EVERYTHING, JobQuery, read_query
from safelight.domain.jobs import FailureKind, RunStatus
from safelight.errors import Invalid

# The page, which shows what is typed as chips, understands the same: ui/src/jobs/list/language.test.ts.
CASES = json.loads(Path(__file__).with_name("job_queries.json").read_text())


def as_filters(query: JobQuery) -> dict[str, Any]:
    """The query as the list's address says it."""
    named = {"statuses": "status"}
    given = {named.get(name, name): value for name, value in asdict(query).items()}
    nothing = asdict(EVERYTHING)
    return {
        name: list(value) if name == "status" else value
        for name, value in given.items()
        if value not in (nothing.get(name), ())
    }


@pytest.mark.parametrize(("text", "meant"), CASES)
def test_a_text_means_a_query(text: str, meant: dict[str, Any]) -> None:
    assert as_filters(read_query(text)) == meant


def test_a_failure_is_named_by_its_kind_or_its_key() -> None:
    assert read_query("failure:lost") == JobQuery(failure_kind=FailureKind.LOST)
    assert read_query("failure:0123456789abcdef") == JobQuery(failure="0123456789abcdef")


REFUSED = [
    ("colour:red", "There is no filter 'colour'", "q"),
    ("status:nonsense", "status: takes pending, queued", "status"),
    ("type:x", "type: takes processing, training, internal", "type"),
    ("failure:0123", "failure: takes script_error", "failure"),
    ("user:", "user: takes a name, or me; not ''", "user"),
    ('object:"my coins', "object: takes dataset/version", "object"),
    ("user:ada user:bob", "user is given twice, as ada and bob", "user"),
    ("type:train type:proc", "type is given twice, as TRAINING and PROCESSING", "type"),
]


@pytest.mark.parametrize(("text", "words", "field"), REFUSED)
def test_a_text_that_means_nothing_says_what_would(text: str, words: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_query(text)
    assert words in refused.value.message
    assert refused.value.facts["field"] == field


def test_a_text_adds_to_what_is_asked_beside_it() -> None:
    beside = JobQuery(statuses=(RunStatus.FAILED,), user="ada", search="night")
    assert read_query("status:stopped user:ada tile", beside) == JobQuery(
        statuses=(RunStatus.FAILED, RunStatus.KILLED), user="ada", search="night tile"
    )
    with pytest.raises(Invalid, match="user is given twice"):
        read_query("user:bob", beside)
    assert read_query("", beside) == beside
    assert read_query("  ", EVERYTHING) == EVERYTHING
