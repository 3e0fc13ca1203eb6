"""Processes as Linux shows them in /proc: identity, tree, memory and time used, and signals to them."""

from __future__ import annotations

import ctypes
import os
from typing import Iterator, List, NamedTuple, Optional, Set

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_PR_SET_NAME, _PR_SET_CHILD_SUBREAPER = 15, 36
_libc = ctypes.CDLL(None, use_errno=True)


class Identity(NamedTuple):
    """A process that cannot be mistaken for a later one of the same number."""

    pid: int
    start: int  # clock ticks since boot


class Stat(NamedTuple):
    """The fields of /proc/PID/stat that matter here."""

    pid: int
    state: str
    parent: int
    group: int
    session: int
    ticks: int  # used by itself and the children it has waited for
    start: int
    name: str


def boot_id() -> str:
    """Changes at every start of the machine; process numbers mean something within one only."""
    with open("/proc/sys/kernel/random/boot_id") as file:
        return file.read().strip()


def stat(pid: int) -> Optional[Stat]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            content = file.read()
    except OSError:
        return None
    # The name stands in parentheses and may contain anything, blanks and ")" too.
    end = content.rindex(b")")
    name = content[content.index(b"(") + 1 : end].decode(errors="replace")
    f = content[end + 2 :].split()
    ticks = sum(int(n) for n in f[11:15])
    return Stat(pid, f[0].decode(), int(f[1]), int(f[2]), int(f[3]), ticks, int(f[19]), name)


def identify(pid: int) -> Optional[Identity]:
    found = stat(pid)
    return Identity(pid, found.start) if found else None


def is_alive(identity: Identity) -> bool:
    """Whether it runs. A zombie does not: it only waits for its parent."""
    found = stat(identity.pid)
    return found is not None and found.start == identity.start and found.state not in "ZX"


def every() -> Iterator[Stat]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            found = stat(int(name))
            if found:
                yield found


def children(pid: int) -> List[int]:
    found: List[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found += [int(number) for number in file.read().split()]
    except FileNotFoundError:
        if os.path.exists(f"/proc/{pid}/task/{pid}/children") or not os.path.exists(f"/proc/{pid}"):
            return found  # it ended, or one of its threads did, while we looked
        return [other.pid for other in every() if other.parent == pid]  # kernel without the file
    except OSError:
        pass
    return found


def descendants(pid: int) -> List[int]:
    """Every process below `pid`, without itself."""
    seen: Set[int] = set()
    front = [pid]
    while front:
        for child in children(front.pop()):
            if child not in seen:
                seen.add(child)
                front.append(child)
    return sorted(seen)


def resident(pid: int) -> int:
    """Bytes of memory that it holds; pages shared with others count fully. 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def proportional(pid: int) -> int:
    """Bytes of memory that it holds, shared pages divided among those who share them. Slow."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resident(pid)


def seconds(pid: int) -> float:
    """Processor time that it and the children it has waited for used."""
    found = stat(pid)
    return found.ticks / _TICKS if found else 0.0


def send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        pass


def send_group(leader: int, number: int) -> None:
    try:
        os.killpg(leader, number)
    except OSError:
        pass


def send_session(leader: int, number: int) -> None:
    """Signal every process of a session, also those that made groups of their own."""
    for other in every():
        if leader in (other.session, other.group):
            send(other.pid, number)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose parent ends (Linux, prctl 36)."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def name_self(name: str) -> None:
    """The name that `ps -o comm` and `top` show; at most 15 characters."""
    _libc.prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)


def close_others(*keep: int) -> None:
    """Close every descriptor but 0, 1, 2 and those to keep."""
    for name in os.listdir("/proc/self/fd"):
        number = int(name)
        if number > 2 and number not in keep:
            try:
                os.close(number)
            except OSError:
                pass  # the one that listed the folder
