"""Tells whoever listens in this process that something moved; holds no history, the database does."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

Key = UUID  # an organization (its events, its progress) or a run (its log)


class Listener:
    """One stream's bell: rung from any thread, awaited in its event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the stream."""
        try:
            self._loop.call_soon_threadsafe(self._rung.set)
        except RuntimeError:
            pass  # its loop has ended with the server

    async def wait(self, timeout_s: float) -> None:
        """Return when rung, or after `timeout_s`."""
        try:
            await asyncio.wait_for(self._rung.wait(), timeout_s)
        except TimeoutError:
            return
        self._rung.clear()


class Hub:
    """Bells by key. `closing` is set at shutdown; streams look at it and end."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._listeners: dict[Key, set[Listener]] = defaultdict(set)

    @contextmanager
    def listen(self, *keys: Key) -> Iterator[Listener]:
        """A listener for these keys, to be used inside a running event loop."""
        listener = Listener()
        with self._lock:
            for key in keys:
                self._listeners[key].add(listener)
        try:
            yield listener
        finally:
            with self._lock:
                for key in keys:
                    self._listeners[key].discard(listener)
                    if not self._listeners[key]:
                        del self._listeners[key]

    def ring(self, keys: Iterable[Key]) -> None:
        """Something moved: look at the database."""
        with self._lock:
            listeners = {each for key in keys for each in self._listeners.get(key, ())}
        for listener in listeners:
            listener.ring()

    def close(self) -> None:
        """End all streams: each wakes and sees `closing`."""
        self.closing.set()
        with self._lock:
            everyone = {each for group in self._listeners.values() for each in group}
        for listener in everyone:
            listener.ring()
