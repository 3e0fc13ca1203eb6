"""The thread that talks to the server while a run lives: its log, heartbeats, snapshot and end.

The server may be away at any time and for as long as it likes: the files are the spool, and every
request may be repeated. Only this thread uses its connection.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import traceback
from typing import Any, Callable, Dict, Optional

from . import ending
from .backoff import Backoff
from .folder import FINISHED, STREAMS, Note, RunFolder
from .orders import Orders
from .server import Away, Refused, Server
from .spool import Spool

QUICK_S, SLOW_S = 0.02, 0.1  # between looks at the files
HEAD_START_S = 0.05  # nobody reads before the script speaks, so let it start first
BEAT_S, QUIET_BEAT_S = 1.0, 2.0
# Longer than this the end is not kept back for the rest of the log.
_EXIT_AFTER_S = 10.0
# An end that the server does not accept so often is left for the engine to tell.
_MOST_BAD_ANSWERS = 8
_CHUNKS_IN_TURN = 8

Sample = Callable[[], Dict[str, Any]]


def introduction() -> Note:
    """Who this runner is."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    return {"pid": os.getpid(), "host": socket.gethostname(), "python": version}


class Feed(threading.Thread):
    def __init__(
        self, folder: RunFolder, server: Server, orders: Orders, spec: Optional[Note] = None
    ) -> None:
        """`spec` None: this runner follows a dead one and has not asked for it yet."""
        super().__init__(name="feed", daemon=True)
        self.sample: Optional[Sample] = None
        self.snapshot: Optional[Note] = None
        self._folder = folder
        self._server = server
        self._orders = orders
        self._spools = {name: Spool(name, folder.file(name)) for name in STREAMS}
        self._wake = threading.Event()
        self._end: Optional[Note] = None
        self._known = False
        self._told = False
        self._exit_after = 0.0
        self._signed_at = 0  # where the log's last line begins in `setup`
        self._beat_at = time.monotonic() + BEAT_S
        self._moved_at = 0.0
        if spec is not None:
            self._meet(spec)

    def finish(self, end: Note) -> None:
        """Tell the rest and the end; returns when the server has all or wants none of it."""
        self._end = end
        self._wake.set()
        self.join()

    def run(self) -> None:
        backoff = Backoff()
        try:
            if self._known:
                self._wake.wait(HEAD_START_S)
            while self._end is None:
                self._wake.wait(self._step(backoff))
            self._close(self._end)
        except Refused as refusal:
            print("given up by the server:", refusal, file=sys.stderr, flush=True)
            self._orders.give_up()
            if not refusal.is_gone:
                self._folder.write(FINISHED, {"given_up": str(refusal)})
        finally:
            self._server.close()

    def _step(self, backoff: Backoff) -> float:
        """Ship what is there; seconds until the next look."""
        try:
            if not self._known:
                self._introduce()
            if self._ship_some():
                self._moved_at = time.monotonic()
            self._tell()
        except Away:
            return backoff.next()
        except Refused as refusal:
            if refusal.is_final:
                raise
            print("the server did not accept:", refusal, file=sys.stderr, flush=True)
            return backoff.next()
        except Exception:  # a bug of ours or of the server's must not silence the run for good
            traceback.print_exc()
            return backoff.next()
        backoff.reset()
        return QUICK_S if time.monotonic() - self._moved_at < 1.0 else SLOW_S

    def _introduce(self) -> None:
        try:
            self._meet(self._server.start(introduction()))
        except Refused as refusal:
            if refusal.status != 409:
                raise
            # Over in the record already. What is left of its log is welcome all the same: sent from
            # the beginning, the first answer says how far the server is.
            self._orders.give_up()
            self._known = True

    def _meet(self, spec: Note) -> None:
        for name, offset in (spec.get("offsets") or {}).items():
            if name in self._spools:
                self._spools[name].offset = offset
        self._orders.take(spec.get("stop"))
        self._known = True

    def _tell(self) -> None:
        """Heartbeat and snapshot when they are due."""
        now = time.monotonic()
        if now >= self._beat_at:
            sample = self.sample() if self.sample else None
            answer = self._server.heartbeat(_now(), sample)
            quiet = self._moved_at < now - BEAT_S
            self._beat_at = now + (QUIET_BEAT_S if quiet else BEAT_S)
            self._orders.take(answer.get("stop"))
            if answer.get("final"):
                self._orders.give_up()
        self._tell_snapshot()

    def _tell_snapshot(self) -> None:
        if self.snapshot is not None:
            self._server.snapshot(self.snapshot)
            self.snapshot = None

    def _ship_some(self) -> bool:
        """Ship a part of every stream, so that a flood on one silences neither the others nor the
        heartbeat; whether any moved.
        """
        moved = False
        for name in STREAMS:
            for _ in range(_CHUNKS_IN_TURN):
                if not self._advance(name):
                    break
                moved = True
        return moved

    def _advance(self, name: str, until: Optional[int] = None) -> bool:
        """Ship one chunk of a stream, if there is one."""
        spool = self._spools[name]
        data = spool.read(until)
        if data:
            spool.offset = self._ship_one(spool, data)
        return bool(data)

    def _ship_one(self, spool: Spool, data: bytes) -> int:
        try:
            return self._server.log(spool.stream, spool.offset, data, _now())
        except Refused as refusal:
            known = refusal.acknowledged
            if known is None or known == spool.offset:
                raise
            return known  # the server lost or has more than we thought: go on from there

    def _close(self, end: Note) -> None:
        """First the rest of the log, then the end; the end first if the server was away meanwhile."""
        self._sign_off(end)
        self._exit_after = time.monotonic() + _EXIT_AFTER_S
        bad, backoff = 0, Backoff()
        while True:
            try:
                self._tell_rest(end)
            except Away:
                self._exit_after = 0.0
            except Refused as refusal:
                if refusal.is_final:
                    raise
                print("the server did not accept:", refusal, file=sys.stderr, flush=True)
                bad += 1
                if bad >= _MOST_BAD_ANSWERS:
                    return
            else:
                self._folder.write(FINISHED, {"given_up": None})
                return
            time.sleep(backoff.next())

    def _tell_rest(self, end: Note) -> None:
        if not self._known:
            self._introduce()
        self._tell_end(end, time.monotonic() >= self._exit_after)
        # The last line of all is in `setup` too.
        order = (("setup", self._signed_at), ("stdout", None), ("stderr", None), ("setup", None))
        for name, until in order:
            while self._advance(name, until):
                self._tell_end(end, time.monotonic() >= self._exit_after)
        self._tell_snapshot()
        self._tell_end(end, True)

    def _tell_end(self, end: Note, now: bool) -> None:
        if now and not self._told:
            self._server.exit(end)
            self._told = True

    def _sign_off(self, end: Note) -> None:
        """The log's last line, once, and from then on its size is known."""
        line = ending.last_line(self._folder, end).encode()
        size = self._spools["setup"].size
        self._signed_at = max(0, size - len(line))
        with open(self._folder.file("setup"), "a+b") as file:
            file.seek(self._signed_at)
            if file.read() != line:
                file.write(line)
                self._signed_at = size
        end["offsets"] = ending.offsets(self._folder)


def _now() -> int:
    return time.time_ns() // 1000
