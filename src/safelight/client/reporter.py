"""The thread that tells the server of a program that runs here: log, signs of life, its end.

The server may be away at any time: the captured files are the spool and every request may be repeated.
The program is never waited for and never made to wait.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from safelight.client.capture import STREAMS, Capture
from safelight.client.http import Http, Json
from safelight.client.usage import Usage
from safelight.errors import AlreadyEnded, Conflict, SafelightError, Unauthenticated, Unavailable

CHUNK = 1 << 20
LOOK_S = 0.2  # between looks at the files
BEAT_S = 2.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0  # while the server is away

_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")

OnStop = Callable[[float], object]


class Reporter(threading.Thread):
    def __init__(self, http: Http, capture: Capture, on_stop: OnStop) -> None:
        """`http` carries the runner token; `on_stop` is told how many seconds are left."""
        super().__init__(name="safelight-reporter", daemon=True)
        self._http = http
        self._capture = capture
        self._on_stop = on_stop
        self._stop_until: int | None = None
        self._usage = Usage()
        self._offsets = dict.fromkeys(STREAMS, 0)
        self._said: Json = {}
        self._script: Http | None = None
        self._end: Json | None = None
        self._wake = threading.Event()
        self._told = threading.Event()
        self._beat_at = 0.0
        self._pause_s = FIRST_PAUSE_S

    def say(self, path: str, body: Json) -> None:
        """Post it soon with the script token; of what is said in a place only the last word matters."""
        self._said[path] = body

    def introduce(self, who: Json) -> None:
        """Say who runs it. Raises what the server says."""
        spec = self._http.post("/api/v1/runner/start", {"runner": who}, repeatable=True)
        self._script = Http(self._http.url, spec["environment"]["SAFELIGHT_TOKEN"])

    def finish(self, end: Json, patience_s: float) -> bool:
        """Tell the rest and the end; False if the server did not take it all in time."""
        self._end = end
        self._wake.set()
        return self._told.wait(patience_s)

    def close(self) -> None:
        """Tell no more, whatever is left."""
        self._told.set()
        self._wake.set()
        for http in (self._http, self._script):
            if http is not None:
                http.close()

    def run(self) -> None:
        for logger in _LOGGERS:
            # Nothing that this thread does may appear among the program's own lines; and a line in
            # the log for each request that ships the log would never end.
            logging.getLogger(logger).addFilter(self._is_the_programs)
        try:
            while not self._told.is_set():
                self._wake.wait(self._step())
        except Exception:
            if not self._told.is_set():
                raise
            # Else its connections and files were closed under it.
        finally:
            for logger in _LOGGERS:
                logging.getLogger(logger).removeFilter(self._is_the_programs)

    def _is_the_programs(self, record: logging.LogRecord) -> bool:
        return record.thread != self.ident

    def _step(self) -> float:
        """Tell what is new; seconds until the next look."""
        # Read first: what was printed before the end is shipped before the end is told.
        end = self._end
        try:
            while self._ship():
                self._beat()  # a flood of lines must not silence the signs of life
            self._beat()
            self._say_all()
            if end is not None:
                self._tell_end(end)
        except (AlreadyEnded, Unauthenticated):
            self._told.set()  # the server wants no more of this run: its record is closed
        except SafelightError:  # away, or in trouble: what is there stays there until it is better
            self._wake.clear()
            pause_s, self._pause_s = self._pause_s, min(self._pause_s * 2, LONGEST_PAUSE_S)
            return pause_s
        self._pause_s = FIRST_PAUSE_S
        return LOOK_S

    def _ship(self) -> bool:
        """Ship a chunk of every stream; whether there was any."""
        moved = False
        for name in STREAMS:
            data = self._capture.read(name, self._offsets[name], CHUNK)
            if data:
                moved = True
                self._offsets[name] = self._shipped(name, data)
        return moved

    def _shipped(self, name: str, data: bytes) -> int:
        """The offset up to which the server has the stream now."""
        offset = self._offsets[name]
        params = {"stream": name, "offset": offset, "at": _now()}
        try:
            answer = self._call("/api/v1/runner/log", content=data, params=params)
        except Conflict as gap:
            known = gap.facts.get("acknowledged")
            if not isinstance(known, int) or known == offset:
                raise
            return known  # it lost or has more than we thought: go on from there
        return int(answer["acknowledged"])

    def _beat(self) -> None:
        now = time.monotonic()
        if now < self._beat_at:
            return
        body = {"at": _now(), "sample": self._usage.sample()}
        answer = self._call("/api/v1/runner/heartbeat", json=body)
        self._beat_at = now + BEAT_S
        stop = answer.get("stop")
        # A stop that is known is counted here, by a clock that nobody sets.
        if stop and (stop.get("until") is None or stop["until"] != self._stop_until):
            self._stop_until = stop.get("until")
            self._on_stop(float(stop["grace_s"]))

    def _say_all(self) -> None:
        for path, body in list(self._said.items()):
            assert self._script is not None, "it was introduced"
            try:
                self._script.call("POST", path, repeatable=True, patience_s=0, json=body)
            except Unavailable:
                raise
            except SafelightError:
                pass  # the record is closed to scripts, but not yet to the log
            if self._said[path] is body:
                del self._said[path]

    def _tell_end(self, end: Json) -> None:
        self._call("/api/v1/runner/exit", json={**end, "offsets": self._capture.sizes()})
        self._told.set()

    def _call(self, path: str, **request: Any) -> Json:
        answer = self._http.call("POST", path, repeatable=True, patience_s=0, **request)
        with suppress(ValueError):
            return dict(answer.json())
        raise Unavailable("The answer is not one of a Safelight server.")


def _now() -> int:
    return time.time_ns() // 1000
