"""The routes of runs: detail with timeline, stop, logs and following them, a script's own words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from safelight.actions import access, logs, settle
from safelight.api.job_views import RunDetail
from safelight.api.run_logs import HitsView, LogPage
from safelight.api.runs import CurrentRunView
from safelight.domain.jobs import Exit, Progress
from safelight.store import runs
from safelight.store.db import Database
from safelight.store.runs import Run
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import launched, started
from tests.web import Site

AT = 1_795_395_723_123_456


@pytest.fixture
def run(db: Database, house: House) -> Run:
    return started(db, house, parameters={"angle": 30})


def send(site: Site, run: Run, offset: int, data: bytes) -> None:
    logs.append(site.context, run.run_id, "stdout", offset, data, at=AT)


def script(site: Site, run: Run) -> httpx.Client:
    with site.context.db.transaction() as tx:
        token = access.issue_script_token(tx, run.run_id, run.triggered_by, run.organization_id)
    return site.client(token)


def test_a_run_shows_its_timeline(site: Site, house: House, run: Run) -> None:
    client = site.as_(house)
    client.post(f"/api/v1/runs/{run.run_id}/stop", json={"grace_s": 20}).raise_for_status()
    settle.settle(site.context.db, run.run_id, Exit(signal=15), stop_signalled=True)
    answer = client.get(f"/api/v1/runs/{run.run_id}").raise_for_status()
    view = RunDetail.model_validate_json(answer.content)
    assert view.model_dump(mode="json") == answer.json()
    kinds = ["run_created", "run_started", "run_stop_requested", "run_ended"]
    assert [event.kind for event in view.events] == kinds
    assert view.events[3].facts == {"status": "KILLED"}
    assert view.events[3].user is not None
    assert view.stop is not None
    assert view.stop.by is not None
    assert view.stop.by.name == "orchard-member"
    assert (view.status, view.signal, view.stop.kill_at) == ("KILLED", 15, None)


def test_a_pending_run_stops_at_once_and_a_running_one_when_it_has_ended(
    db: Database, site: Site, house: House, run: Run
) -> None:
    _, pending = launched(db, house)
    client = site.as_(house)
    assert client.post(f"/api/v1/runs/{pending.run_id}/stop").json()["status"] == "KILLED"
    answer = client.post(f"/api/v1/runs/{run.run_id}/stop", json={"grace_s": 5})
    assert (answer.status_code, answer.json()["status"]) == (202, "RUNNING")
    assert answer.json()["stop"]["kill_at"] == "2027-01-15T08:00:05.000000Z"
    answer = client.post(f"/api/v1/runs/{run.run_id}/stop", json={"grace_s": 0})
    assert answer.json()["stop"]["kill_at"] == "2027-01-15T08:00:00.000000Z"
    settle.settle(db, run.run_id, Exit(signal=9), stop_signalled=True)
    assert client.post(f"/api/v1/runs/{run.run_id}/stop").json()["status"] == "KILLED"
    assert client.post(f"/api/v1/runs/{run.run_id}/stop", json={"grace_s": -1}).status_code == 400


def test_a_member_stops_its_own_runs_only(db: Database, site: Site, house: House) -> None:
    run = started(db, house, triggered_by=house.owner)
    path = f"/api/v1/runs/{run.run_id}/stop"
    assert site.as_(house, "member").post(path).status_code == 403
    assert site.as_(house, "viewer").post(path).status_code == 403
    assert site.as_(house, "admin").post(path).status_code == 202


def test_lines_of_a_log(site: Site, house: House, run: Run) -> None:
    send(site, run, 0, b"--#--Load\n" + b"".join(b"line %d\n" % n for n in range(1, 101)) + b" 5%")
    client = site.as_(house)

    def lines(query: str) -> LogPage:
        answer = client.get(f"/api/v1/runs/{run.run_id}/log?{query}").raise_for_status()
        return LogPage.model_validate_json(answer.content)

    page = lines("line=3&limit=2")
    assert [(line.n, line.text) for line in page.lines] == [(3, "line 3"), (4, "line 4")]
    assert (page.next_line, page.total_lines, page.complete) == (5, 100, False)
    assert page.open == {"stdout": " 5%"}
    assert [(section.name, section.line, section.end_line) for section in page.sections] == [
        ("Load", 1, None)
    ]
    assert [line.n for line in lines("tail=3").lines] == [98, 99, 100]
    assert [line.n for line in lines("tail=0").lines] == []
    assert lines("line=101").next_line == 101
    assert [line.n for line in lines("offset=0&limit=1").lines] == [1]
    assert [line.n for line in lines("offset=60&limit=1").lines] == [3]
    assert client.get(f"/api/v1/runs/{run.run_id}/log?limit=9999").status_code == 400


def test_search_and_download(site: Site, house: House, run: Run) -> None:
    send(site, run, 0, b"one\nError: two\nthree\n")
    client = site.as_(house)
    path = f"/api/v1/runs/{run.run_id}/log"
    hits = HitsView.model_validate_json(client.get(f"{path}/search?q=error").content)
    assert [(hit.n, hit.text) for hit in hits.hits] == [(2, "Error: two")]
    assert (hits.next, hits.total) == (None, 1)
    hits = HitsView.model_validate_json(client.get(f"{path}/search?q=^t&regex=true").content)
    assert [hit.n for hit in hits.hits] == [3]
    assert client.get(f"{path}/search?q=(&regex=true").status_code == 400
    text = client.get(f"{path}/download?timestamps=false")
    assert text.text == "one\nError: two\nthree\n"
    assert "attachment" in text.headers["content-disposition"]
    assert client.get(f"{path}/download").text.startswith("2026-11-23T01:02:03.123456Z one\n")
    rows = client.get(f"{path}/download?format=json").json()
    assert rows[1]["text"] == "Error: two"


def messages(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    event = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            event = line[7:]
        elif line.startswith("data: "):
            yield event, json.loads(line[6:])
            event = ""


def test_a_log_is_followed_to_its_end(site: Site, house: House, run: Run) -> None:
    send(site, run, 0, b"one\ntwo\n")
    seen: list[str] = []
    with site.as_(house).stream("GET", f"/api/v1/runs/{run.run_id}/log/follow?line=2") as response:
        for event, data in messages(response):
            if event == "end":
                break
            if event != "lines":
                continue
            seen += [line["text"] for line in data["lines"]]
            if seen == ["two"] and not data["open"]:
                send(site, run, 8, b" 10%\r 20%")
            elif data["open"] == {"stdout": " 20%"}:
                send(site, run, 17, b"\rthree\n")
            elif seen == ["two", "three"]:
                logs.expect(site.context, run.run_id, {"stdout": 24})
                settle.settle(site.context.db, run.run_id, Exit(exit_code=0))
    assert seen == ["two", "three"]
    assert data == {"status": "SUCCEEDED", "complete": True}


def test_open_streams_end_at_once_when_the_server_does(site: Site, house: House, run: Run) -> None:
    send(site, run, 0, b"one\n")
    began, ended = threading.Barrier(3), threading.Barrier(3)

    def follow(path: str) -> None:
        with site.as_(house).stream("GET", path) as response:
            lines = response.iter_lines()
            next(lines)
            began.wait()
            for _ in lines:
                pass
        ended.wait()

    for path in ("/api/v1/events", f"/api/v1/runs/{run.run_id}/log/follow"):
        threading.Thread(target=follow, args=(path,)).start()
    began.wait(20)
    site.context.hub.close()
    ended.wait(20)  # raises if one of them does not end


def test_events_come_in_order_from_any_number_on(db: Database, site: Site, house: House) -> None:
    _, first = launched(db, house)
    with site.as_(house).stream("GET", "/api/v1/events?after=0") as response:
        stream = messages(response)
        assert next(stream) == ("hello", {"number": 0})
        event, data = next(stream)
        assert (event, data["kind"], data["number"]) == ("", "run_created", 1)
        assert data["run_id"] == str(first.run_id)
        with db.transaction() as tx:
            run, _ = runs.start(tx, first.run_id, alive_until=tx.now)
        assert next(stream)[1]["kind"] == "run_started"
        with db.transaction() as tx:  # as an internal operation does, in a process of its own
            runs.progress(tx, run.run_id, Progress(1, 2))
        event, data = next(stream)
        assert (event, data["run_id"]) == ("progress", str(run.run_id))
        assert (data["progress"]["done"], data["progress"]["total"]) == (1, 2)
    with site.as_(house).stream("GET", "/api/v1/events") as response:
        assert next(messages(response)) == ("hello", {"number": 2})
    with site.as_(house).stream("GET", "/api/v1/events?after=99") as response:
        assert next(messages(response)) == ("hello", {"number": 2})


def test_events_of_another_organization_are_not_heard(
    db: Database, site: Site, house: House
) -> None:
    launched(db, add_house(db, "vineyard"))
    with site.as_(house).stream("GET", "/api/v1/events?after=0") as response:
        stream = messages(response)
        assert next(stream) == ("hello", {"number": 0})
        launched(db, house)
        assert next(stream)[1]["number"] == 1


# --- a script's own run ---------------------------------------------------------------------------


def test_a_script_finds_its_run_with_its_secrets(db: Database, site: Site, house: House) -> None:
    sealed = site.context.sealer.seal({"password": "pear"})
    run = started(db, house, parameters={"angle": 30}, inputs={"asset_ids": [str(house.owner)]})
    with db.transaction() as tx:
        tx.execute(
            runs.runs.update().where(runs.runs.c.run_id == run.run_id).values(secrets=sealed)
        )
    answer = script(site, run).get("/api/v1/runs/current").raise_for_status()
    view = CurrentRunView.model_validate_json(answer.content)
    assert view.parameters == {"angle": 30, "password": "pear"}
    assert (view.id, view.job.id, view.asset_ids) == (run.run_id, run.job_id, [house.owner])
    shown = site.as_(house).get(f"/api/v1/runs/{run.run_id}")
    assert b"pear" not in shown.content
    assert site.as_(house).get("/api/v1/runs/current").status_code == 404


def test_a_script_reports_progress_and_result_of_its_own_run_only(
    db: Database, site: Site, house: House, run: Run
) -> None:
    client = script(site, run)
    path = f"/api/v1/runs/{run.run_id}"
    assert client.post(f"{path}/progress", json={"done": 1, "total": 4}).status_code == 204
    assert client.post(f"{path}/result", json={"summary": "ok"}).status_code == 204
    view = site.as_(house).get(path).json()
    assert view["progress"]["done"] == 1
    assert view["result"] == {"summary": "ok"}
    other = started(db, house)
    assert client.post(f"/api/v1/runs/{other.run_id}/progress", json={"done": 1}).status_code == 403
    assert site.as_(house).post(f"{path}/progress", json={"done": 1}).status_code == 403
    assert client.get("/api/v1/jobs").status_code == 403
    settle.settle(db, run.run_id, Exit(exit_code=0))
    assert client.post(f"{path}/progress", json={"done": 2}).status_code == 401


def test_a_silent_run_says_since_when(site: Site, house: House, run: Run, clock: FakeClock) -> None:
    clock.advance(20)
    view = site.as_(house).get(f"/api/v1/runs/{run.run_id}").json()
    assert view["no_heartbeat_since"] == "2027-01-15T08:00:00.000000Z"
