"""Processes as the kernel shows them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from safelight.runner import oom, processes
from safelight.runner.gpu import parse
from safelight.runner.processes import Identity
from safelight.runner.usage import Usage
from tests.runner.fake_server import until


@pytest.fixture
def tree() -> Iterator[subprocess.Popen[str]]:
    """A process with two children, one of them in a session of its own."""
    code = (
        "import subprocess, sys, time\nblock = bytearray(b'x') * (50 * 1024**2)\n"
        "a = subprocess.Popen(['sleep', '60'])\n"
        "b = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
        "print(a.pid, b.pid, flush=True)\nsys.stdin.read()\na.kill()\nb.kill()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process


def test_the_tree_below_a_process_is_found(tree: subprocess.Popen[str]) -> None:
    assert tree.stdout is not None
    children = [int(number) for number in tree.stdout.readline().split()]
    assert processes.descendants(tree.pid) == sorted(children)
    assert tree.pid in processes.descendants(os.getpid())


def test_the_memory_of_a_tree_is_summed(tree: subprocess.Popen[str]) -> None:
    assert tree.stdout is not None
    tree.stdout.readline()
    usage = Usage(os.getpid(), "/nowhere")
    assert usage.memory() > 50 * 1024**2
    assert usage.exact_memory() > 50 * 1024**2
    assert usage.disk() == 0
    assert usage.sample()["disk"] == 0


def test_a_process_of_the_same_number_is_not_the_same_process() -> None:
    me = processes.identify(os.getpid())
    assert me is not None
    assert processes.is_alive(me)
    assert not processes.is_alive(Identity(me.pid, me.start - 1))


def test_a_zombie_is_not_alive() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    identity = processes.identify(pid)
    assert identity is not None
    until(lambda: not processes.is_alive(identity), 5)
    os.waitpid(pid, 0)


def test_a_name_with_brackets_and_blanks_does_not_confuse() -> None:
    code = (
        "import ctypes, sys; ctypes.CDLL(None).prctl(15, b') S 1 (x', 0, 0, 0);"
        "print('named', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        found = processes.stat(process.pid)
        assert found is not None
        assert found.parent == os.getpid()


def test_the_counter_of_the_kernel_can_be_read() -> None:
    assert oom.kills() >= 0


@pytest.mark.parametrize(
    ("output", "share"),
    [(b"50\n100\n", 1.5), (b"[N/A]\n", None), (b"", None), (b"No devices were found\n", None)],
)
def test_the_share_of_all_gpus_is_summed(output: bytes, share: float | None) -> None:
    assert parse(output) == share
