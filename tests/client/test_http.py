"""Calls, retries and errors of the client. The network is the seam: a transport answers for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from safelight import errors
from safelight.client import http as http_module
from safelight.client.http import Http

Answer = httpx.Response | Exception


class Network:
    """Gives prepared answers in order and keeps what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers: Iterator[Answer] = iter(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


Connect = Callable[..., tuple[Http, Network]]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    monkeypatch.setattr(http_module, "_SLOWEST_S", 0.0)

    def to(*answers: Answer) -> tuple[Http, Network]:
        network = Network(*answers)
        return Http("http://h", "secret", transport=httpx.MockTransport(network)), network

    return to


OK = httpx.Response(200, json={"fine": True})
BROKEN = httpx.ReadError("gone")
NOBODY = httpx.ConnectError("refused")


def refusal(status: int, code: str, message: str = "No.") -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": message, "detail": {"a": 1}})


@pytest.mark.parametrize("trouble", [BROKEN, NOBODY, refusal(503, "unavailable")])
def test_a_question_is_asked_again_while_the_server_restarts(
    connect: Connect, trouble: Answer
) -> None:
    http, network = connect(trouble, trouble, OK)
    assert http.get("/api/v1/jobs") == {"fine": True}
    assert len(network.asked) == 3


def test_a_write_that_may_have_been_done_is_not_sent_again(connect: Connect) -> None:
    http, network = connect(BROKEN, OK)
    with pytest.raises(errors.Unavailable, match="http://h does not answer"):
        http.post("/api/v1/projects", {"name": "a"})
    assert len(network.asked) == 1


def test_a_write_that_was_never_sent_is_sent_again(connect: Connect) -> None:
    http, _ = connect(NOBODY, OK)
    assert http.post("/api/v1/projects", {"name": "a"}) == {"fine": True}


def test_a_launch_is_sent_again_with_the_same_key(connect: Connect) -> None:
    http, network = connect(BROKEN, OK)
    http.launch("/api/v1/jobs/1/rerun", {})
    first, second = (request.headers["Idempotency-Key"] for request in network.asked)
    assert first == second


def test_a_file_is_sent_whole_the_second_time_too(connect: Connect, tmp_path: object) -> None:
    from io import BytesIO

    http, network = connect(BROKEN, OK)
    http.post("/up", repeatable=True, files={"file": ("a.bin", BytesIO(b"abc" * 100))})
    assert all(b"abc" * 100 in request.content for request in network.asked)


def test_patience_ends(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    http, network = connect(*[NOBODY] * 10)
    http.patience_s = -1
    with pytest.raises(errors.Unavailable):
        http.get("/api/v1/jobs")
    assert len(network.asked) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusal(404, "not_found"), errors.NotFound),
        (refusal(409, "live_run"), errors.LiveRun),
        (refusal(409, "a_code_of_tomorrow"), errors.Conflict),
        (refusal(423, "locked"), errors.Locked),
        (httpx.Response(401, text="<html>"), errors.Unauthenticated),
        (httpx.Response(500, text="oops"), errors.SafelightError),
    ],
)
def test_an_answer_becomes_the_error_it_stands_for(
    connect: Connect, answer: httpx.Response, expected: type[errors.SafelightError]
) -> None:
    http, _ = connect(answer)
    with pytest.raises(errors.SafelightError) as caught:
        http.get("/api/v1/jobs/1")
    assert type(caught.value) is expected


def test_the_facts_of_an_error_come_along(connect: Connect) -> None:
    http, _ = connect(refusal(400, "invalid", "That angle is too wide."))
    with pytest.raises(errors.Invalid, match="too wide") as caught:
        http.get("/x")
    assert caught.value.facts == {"a": 1}


def test_an_answer_that_is_not_a_safelight_server_s_is_named(connect: Connect) -> None:
    http, _ = connect(httpx.Response(200, text="<html>It works!</html>"))
    with pytest.raises(errors.Unavailable, match="does not answer like a Safelight server"):
        http.get("/api/v1/jobs")


def test_pages_are_fetched_as_they_are_needed(connect: Connect) -> None:
    http, network = connect(
        httpx.Response(200, json={"items": [{"n": 1}, {"n": 2}], "next": "b"}),
        httpx.Response(200, json={"items": [{"n": 3}], "next": None}),
    )
    rows = http.pages("/api/v1/jobs", status=["FAILED", "KILLED"], type=None)
    assert next(rows) == {"n": 1}
    assert len(network.asked) == 1
    assert list(rows) == [{"n": 2}, {"n": 3}]
    asked = network.asked[1].url.params
    assert asked.get_list("status") == ["FAILED", "KILLED"]
    assert asked["after"] == "b"
    assert "type" not in asked


def test_the_token_is_not_shown_to_another_host(connect: Connect) -> None:
    http, network = connect(httpx.Response(200, content=b"a"), httpx.Response(200, content=b"b"))
    assert http.read("https://bucket.example/key?signature=1") == b"a"
    assert http.read("/api/v1/objects/key") == b"b"
    assert "Authorization" not in network.asked[0].headers
    assert network.asked[1].headers["Authorization"] == "Bearer secret"
