"""Event streams (text/event-stream): written here, with no logic of what they carry."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
from fastapi.responses import StreamingResponse

POLL_S = 1.0  # how soon is seen what another process wrote
ALIVE_S = 15.0  # a comment now and then, so that proxies and both ends know that the other is there


def message(data: Any, *, event: str = "", id: int | None = None) -> bytes:
    """One message; `id` is what a browser sends as Last-Event-ID when it comes back."""
    head = (f"event: {event}\n" if event else "") + (f"id: {id}\n" if id is not None else "")
    return head.encode() + b"data: " + orjson.dumps(data) + b"\n\n"


COMMENT = b":\n\n"


class Pulse:
    """Says when a comment is due."""

    def __init__(self) -> None:
        self._sent = time.monotonic()

    def is_due(self, *, is_sending: bool) -> bool:
        now = time.monotonic()
        if is_sending or now - self._sent >= ALIVE_S:
            self._sent = now
            return not is_sending
        return False


def stream(messages: AsyncIterator[bytes]) -> StreamingResponse:
    """The response of a stream; nothing between us and the reader may hold it back."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(messages, media_type="text/event-stream", headers=headers)
