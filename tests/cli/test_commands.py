"""How the command behaves as a program, without a server: errors, exit codes, speed, the login."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

COULD_NOT = 4


def safelight(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "safelight.cli", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["jobs"], "Not logged in"),
        (["nonsense"], "No such command 'nonsense'"),
        (["wait"], "Missing argument 'JOB'"),
        (["jobs", "--status", "purple"], "status: takes pending, queued, running, success"),
        (["jobs", "--csv", "--json"], "leave --json and --limit out"),
        (["logs", "a", "--search", "x", "--errors"], "give one"),
        (["logs", "a", "--tail", "3", "--lines", "1-2"], "--lines and --tail name different lines"),
        (["logs", "a", "--follow", "--tail", "3"], "--follow does not go with"),
        (["logs", "a", "--output", "x.log", "--grep", "x"], "--output does not go with"),
        (["logs", "a", "--context", "3"], "--context does not go with"),
        (["logs", "a", "--grep", "("], "--grep is no regular expression"),
        (["logs", "a", "--stream", "sideways"], "'--stream': 'sideways' is not one of"),
        (["jobs", "--type", "purple"], "'--type': 'purple' is not one of"),
        (["jobs", "--limit", "0"], "See `safelight jobs --help`"),
        (["user", "reset", "ada", "--data", "none"], "There is no Safelight in"),
        (["export", "coco", "a/b", "-o", "none/a.json"], "There is no folder"),
        (["export", "coco", "a/b", "-o", "."], "is a directory"),
        (["import", "coco", "none", "--dataset", "a", "--version", "b"], "'none' does not exist"),
    ],
)
def test_an_error_is_a_line_on_stderr_and_a_code_of_its_own(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    done = safelight(*arguments, home=tmp_path)
    assert done.returncode == COULD_NOT  # 0 to 3 say how a job ended
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_group_without_a_command_shows_its_help_and_no_empty_error(tmp_path: Path) -> None:
    done = safelight("processing", home=tmp_path)
    assert done.returncode == COULD_NOT
    assert "Usage: safelight processing" in done.stdout
    assert done.stderr == ""


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    environment = {"SAFELIGHT_URL": "http://127.0.0.1:9", "SAFELIGHT_TOKEN": "t"}
    # The patience of ten seconds is for people; here the first refusal is the end.
    script = "from safelight.cli import login, main; login.PATIENCE_S = 0; main.app()"
    done = subprocess.run(
        [sys.executable, "-c", script, "jobs"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == COULD_NOT
    assert done.stderr == "Error: Safelight at http://127.0.0.1:9 does not answer.\n"


def test_commands_on_jobs_load_no_part_of_the_server(tmp_path: Path) -> None:
    script = (
        "import sys, safelight.cli.main; "
        "heavy = {'sqlalchemy', 'fastapi', 'uvicorn', 'alembic', 'safelight.server'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


class Session(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.headers["Authorization"] == "Bearer right"
        body = json.dumps(
            {"user": {"id": "1", "name": "ada"}, "organization": {"id": "2", "name": "orchard"}}
            if known
            else {"code": "unauthenticated", "message": "The token is wrong.", "detail": None}
        ).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Session)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_login_is_checked_and_kept_where_only_its_user_reads_it(tmp_path: Path, url: str) -> None:
    done = safelight("login", url, "--token", "right", home=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"Logged in to {url} as ada of orchard.\n")
    kept = tmp_path / ".config" / "safelight" / "login.json"
    assert json.loads(kept.read_text()) == {"url": url, "token": "right"}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_wrong_token_is_refused_and_the_login_before_stays(tmp_path: Path, url: str) -> None:
    safelight("login", url, "--token", "right", home=tmp_path)
    done = safelight("login", url, "--token", "wrong", home=tmp_path)
    assert (done.returncode, done.stderr) == (COULD_NOT, "Error: The token is wrong.\n")
    kept = tmp_path / ".config" / "safelight" / "login.json"
    assert json.loads(kept.read_text())["token"] == "right"


def test_a_kept_token_is_not_shown_to_another_server(tmp_path: Path, url: str) -> None:
    safelight("login", url, "--token", "right", home=tmp_path)
    done = safelight("jobs", home=tmp_path, SAFELIGHT_URL="http://127.0.0.1:9")
    assert "Not logged in" in done.stderr
