"""What SIGTERM does to an operation: it ends by an exception, so that what was begun is taken back."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

AGAIN_S = 0.002

# Code that may just be opening or closing something. An exception there would leave a transaction open
# that nobody ends, which holds the lock on the database that taking back needs.
_NOT_WITHIN = {"contextlib", "psycopg", "sqlalchemy", "safelight.store.db", "safelight.store.turns"}


class _Stop:
    """Holding it back is done here and not by a signal mask: the storage library has threads of its own,
    and the kernel would give the signal to one of them.
    """

    def __init__(self) -> None:
        self._is_held = False
        self._came = False

    def __call__(self, _number: int, frame: FrameType | None) -> None:
        self._came = True
        if self._is_held:
            return
        if _is_within(frame):
            signal.setitimer(signal.ITIMER_REAL, AGAIN_S)
        else:
            self._end()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let one that comes meanwhile wait. If this ends well it came too late; if not, it ends the
        process.
        """
        self._is_held = True
        try:
            yield
        except BaseException:
            self._is_held = False
            if self._came:
                self._end()
            raise

    def _end(self) -> None:
        raise SystemExit(128 + signal.SIGTERM)


_stop = _Stop()


def held() -> AbstractContextManager[None]:
    """The last step of an operation, which is done whole or not at all."""
    return _stop.held()


def stop_by_exception() -> None:
    """Install it; for a process that does nothing but one operation."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGALRM, _stop)


def _is_within(frame: FrameType | None) -> bool:
    while frame is not None:
        name: str = frame.f_globals.get("__name__", "")
        if name in _NOT_WITHIN or name.partition(".")[0] in _NOT_WITHIN:
            return True
        frame = frame.f_back
    return False
