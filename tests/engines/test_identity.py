"""Who runs the scripts: really executed as another user where the tests run as root."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.config import Settings
from safelight.engines.identity import run_identity
from tests.contracts.engine import exit_of
from tests.engines.conftest import ROOT, LocalBench
from tests.runner.fake_server import until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
USER = "safelight-run"


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that every user can pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="safelight-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="for ordinary users")
def test_an_ordinary_users_scripts_run_as_that_user(tmp_path: Path) -> None:
    found = run_identity(Settings(data=tmp_path))
    assert found.user is None
    assert found.sentence == f"Scripts run as this user, {pwd.getpwuid(os.geteuid()).pw_name}."


@as_root
def test_roots_scripts_run_as_a_user_of_their_own(reachable: Path) -> None:
    found = run_identity(Settings(data=reachable, run_user=USER))
    assert found.user == USER
    assert found.sentence == f"Scripts run as the user {USER}."
    assert pwd.getpwnam(USER).pw_shell.endswith("nologin")


@as_root
def test_a_data_folder_that_the_user_cannot_reach_is_named(reachable: Path) -> None:
    closed = reachable / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    data.mkdir()
    found = run_identity(Settings(data=data, run_user=USER))
    assert found.user is None
    assert found.sentence == (
        f"Scripts run as root: the user {USER} cannot reach the data folder through {closed}."
    )


@as_root
def test_an_interpreter_that_the_user_cannot_execute_is_not_chosen(reachable: Path) -> None:
    closed = reachable / "closed"
    closed.mkdir(mode=0o700)
    given = str(closed / "python3")
    found = run_identity(Settings(data=reachable, run_user=USER, run_python=given))
    assert found.user is None
    assert "SAFELIGHT_RUN_PYTHON" in found.sentence


@as_root
def test_a_script_of_another_user_has_its_work_and_none_of_our_secrets(
    reachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    data = reachable / "data"
    data.mkdir()
    bench = LocalBench(data, Settings(data=data, run_user=USER))
    private = [data / "runs" / str(bench.run_id) / "runner.json", data / "safelight.db"]
    private[1].touch(mode=0o600)
    script = (
        "import getpass, json, os, pathlib\n"
        "def can(path):\n"
        "    try:\n        return bool(open(path)) or True\n"
        "    except PermissionError:\n        return False\n"
        "pathlib.Path('mine').write_text('x')\n"
        "(pathlib.Path.home() / 'cache').mkdir(exist_ok=True)\n"
        "open('/dev/stderr', 'a').write('reopened')\n"
        "def entries(path):\n"
        "    try:\n        return os.listdir(path)\n"
        "    except PermissionError:\n        return None\n"
        f"print(json.dumps([os.getuid(), os.getgroups(), getpass.getuser(),"
        f" [can(path) for path in {[str(path) for path in private]!r}],"
        f" entries({str(data)!r}), entries({str(data / 'runs')!r})]))"
    )
    try:
        handle = bench.engine.start(bench.work(script))
        end = exit_of(bench.engine, handle)
        until(lambda: bench.known.is_complete)
        assert end.exit_code == 0, bench.known.text("stderr") + bench.known.text("setup")
        user = pwd.getpwnam(USER)
        assert json.loads(bench.known.text("stdout")) == [
            user.pw_uid, [user.pw_gid], USER, [False, False], None, None,
        ]  # fmt: skip
        assert bench.known.text("stderr") == "reopened"
    finally:
        bench.close()
