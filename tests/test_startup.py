"""What a server holds on its machine: folder, lock, port, and the address that it leaves."""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from safelight import startup
from safelight.actions import first_start
from safelight.actions.access import authenticate, log_in_by_link
from safelight.config import Settings
from safelight.errors import Conflict, Invalid
from safelight.store.db import Database

HOLD = """
import sys
from pathlib import Path
from safelight import startup
lock = startup.lock_folder(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_data_folder_and_what_lies_in_it_is_for_this_user_only(tmp_path: Path) -> None:
    startup.make_folder(Settings(data=tmp_path / "new" / "data"))
    data = tmp_path / "new" / "data"
    assert {mode(path) for path in (data, data / "objects", data / "logs")} == {0o700}
    assert mode(data / "safelight.db") == 0o600


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Invalid, match="cannot be used"):
        startup.make_folder(Settings(data=tmp_path / "file" / "data"))


def test_a_second_server_on_the_folder_is_refused_until_the_first_has_gone(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    with pytest.raises(Conflict) as refused:
        startup.lock_folder(tmp_path)
    assert f"process {first.pid}" in refused.value.message
    assert str(tmp_path) in refused.value.message
    first.kill()
    first.communicate()
    with startup.lock_folder(tmp_path):
        assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_a_taken_port_is_said_or_the_next_one_is_used() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Invalid, match=f"Port {port} is taken"):
            startup.listen("127.0.0.1", port)
        found = startup.listen("127.0.0.1", port, any_port=True)
    assert {each.getsockname()[1] for each in found} != {port}
    for each in found:
        each.close()


def test_the_default_host_is_loopback_in_both_families() -> None:
    sockets = startup.listen("127.0.0.1", 0)
    assert {each.getsockname()[0] for each in sockets} <= {"127.0.0.1", "::1"}
    assert len({each.getsockname()[1] for each in sockets}) == 1
    for each in sockets:
        each.close()


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """An answer in two writes takes 40 ms more on a socket with Nagle's delay."""

    async def accepted(listening: socket.socket) -> int:
        delays = asyncio.Queue[int]()

        def arrived(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted_by_us: socket.socket = writer.get_extra_info("socket")
            delays.put_nowait(accepted_by_us.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(arrived, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname()[:2])
            writer.close()
            return await delays.get()

    for each in startup.listen("127.0.0.1", 0):
        with each:
            assert asyncio.run(accepted(each)) != 0


@pytest.mark.parametrize(
    ("settings", "runners", "people"),
    [
        (Settings(), "http://127.0.0.1:8000", "http://localhost:8000"),
        (Settings(host="0.0.0.0"), "http://127.0.0.1:8000", "http://localhost:8000"),
        (Settings(host="10.0.0.5"), "http://10.0.0.5:8000", "http://10.0.0.5:8000"),
        (Settings(host="fd00::5"), "http://[fd00::5]:8000", "http://[fd00::5]:8000"),
        (Settings(public_url="https://a.b/"), "http://127.0.0.1:8000", "https://a.b"),
    ],
)
def test_the_address_is_a_number_for_runners_and_a_name_for_people(
    settings: Settings, runners: str, people: str
) -> None:
    assert startup.address(settings) == runners
    assert startup.people_address(settings) == people


def test_server_json_is_replaced_whole(tmp_path: Path) -> None:
    startup.announce(tmp_path, "http://127.0.0.1:1", "http://localhost:1")
    startup.announce(tmp_path, "http://127.0.0.1:2", "http://localhost:2")
    told = json.loads((tmp_path / "server.json").read_text())
    assert told == {
        "url": "http://127.0.0.1:2",
        "page": "http://localhost:2",
        "pid": os.getpid(),
    }
    assert [path.name for path in tmp_path.iterdir()] == ["server.json"]


def test_the_first_start_makes_an_owner_who_can_enter_by_link_and_token(db: Database) -> None:
    token = "a-token-for-machines"
    assert first_start.prepare(db, token)
    assert not first_start.prepare(db, "another-token-later")
    owner = authenticate(db, token)
    assert (owner.role, owner.organization_name) == ("owner", "safelight")
    assert log_in_by_link(db, first_start.login_link(db)).user_id == owner.user_id


def test_an_admin_token_that_could_be_guessed_is_refused(db: Database) -> None:
    with pytest.raises(Invalid, match="at least 16 characters"):
        first_start.prepare(db, "admin")


def test_a_log_that_takes_no_line_ends_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(full, write_through=True))
        try:
            startup.prepare_log()
            structlog.get_logger().error("the scheduler goes on after this")
        finally:
            structlog.reset_defaults()
