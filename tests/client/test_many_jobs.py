"""Actions on many jobs, over a network that answers for a server."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from safelight.client.http import Http
from safelight.client.jobs import Jobs
from safelight.errors import Unavailable


class Server:
    """Answers each call with a result per job, and remembers what it was asked."""

    def __init__(self, pages: int = 1, fails: int = 0) -> None:
        self.bodies: list[Any] = []
        self._pages, self._fails = pages, fails

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(json.loads(request.content))
        if self._fails:
            self._fails -= 1
            return httpx.Response(503, json={"code": "unavailable", "message": "away"})
        self._pages -= 1
        results = [
            {"job_id": each, "name": "a", "outcome": "done", "message": "", "code": None}
            for each in self.bodies[-1].get("jobs") or [str(uuid4())]
        ]
        following = f"cursor {self._pages}" if self._pages > 0 else None
        return httpx.Response(
            200, json={"results": results, "next": following, "as_of": "2026-11-28T12:00:00Z"}
        )

    def jobs(self, patience_s: float = 0) -> Jobs:
        transport = httpx.MockTransport(self)
        return Jobs(Http("http://h", "t", patience_s=patience_s, transport=transport))


def test_more_jobs_than_a_call_takes_are_divided_under_one_moment() -> None:
    server = Server(pages=3)
    ids = [UUID(int=number) for number in range(1, 206)]
    results = server.jobs().act("archive", ids)
    assert [result.job_id for result in results] == ids
    assert [len(body["jobs"]) for body in server.bodies] == [100, 100, 5]
    assert [body["as_of"] for body in server.bodies] == ["", *["2026-11-28T12:00:00Z"] * 2]


def test_a_query_goes_on_behind_the_last_job() -> None:
    server = Server(pages=3)
    found = server.jobs().act_where("rerun", "user:me", status="FAILED", object=UUID(int=7))
    assert len(found) == 3
    assert [body["after"] for body in server.bodies] == ["", "cursor 2", "cursor 1"]
    assert server.bodies[0]["filter"] == {
        "q": "user:me",
        "status": ["FAILED"],
        "object": str(UUID(int=7)),
    }


def test_a_first_rerun_without_an_answer_is_not_repeated_and_a_stop_is() -> None:
    server = Server(fails=1)
    with pytest.raises(Unavailable):
        server.jobs(patience_s=5).act_where("rerun", "user:me")
    assert len(server.bodies) == 1
    server = Server(fails=1)
    assert server.jobs(patience_s=5).act_where("stop", "user:me", grace_s=0)
    assert [body["grace_s"] for body in server.bodies] == [0, 0]
