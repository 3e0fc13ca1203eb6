"""The text of the search box: what it means, and what it refuses."""

from __future__ import annotations

import pytest

from safelight.domain.jobquery import EVERYTHING, JobQuery, read_query
from safelight.domain.jobs import FailureKind, JobType, RunStatus
from safelight.errors import Invalid

CASES = [
    ("", JobQuery()),
    ("tile night", JobQuery(search="tile night")),
    ("status:failure", JobQuery(statuses=(RunStatus.FAILED,))),
    ("STATUS:Failed status:killed status:failure", JobQuery(statuses=(RunStatus.FAILED, RunStatus.KILLED))),
    ("type:train", JobQuery(type=JobType.TRAINING)),
    ('object:"my coins" tile', JobQuery(object="my coins", search="tile")),
    ("user:me processing:tile", JobQuery(user="me", processing="tile")),
    ("engine:LOCAL archived:Any", JobQuery(engine="local", archived="any")),
    ("failure:out_of_memory", JobQuery(failure_kind=FailureKind.OUT_OF_MEMORY)),
    ("failure:0123456789abcdef", JobQuery(failure="0123456789abcdef")),
    ("after:7d before:2026-11-05", JobQuery(triggered_after="7d", triggered_before="2026-11-05")),
    ('"colour:red" x', JobQuery(search='"colour:red" x')),
    ("my-data:v2 a", JobQuery(search="my-data:v2 a")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), CASES)
def test_a_text_means_a_query(text: str, meant: JobQuery) -> None:
    assert read_query(text) == meant


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
