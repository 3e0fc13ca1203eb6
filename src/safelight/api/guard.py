"""What every request passes before any route: the host's name, the size of its body, old paths."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from safelight.config import MIB, Settings
from safelight.errors import Invalid, SafelightError, TooLarge

# The official client sends 100 assets with their shapes, or 10,000 ids, in one body.
JSON_LIMIT = 256 * MIB
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_WILDCARDS = frozenset({"0.0.0.0", "::", ""})

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """ASGI middleware. `answer` turns one of our errors into a response."""

    def __init__(
        self, app: ASGIApp, settings: Settings, answer: Callable[[SafelightError], Response]
    ) -> None:
        self._app = app
        self._answer = answer
        self._hosts = allowed_hosts(settings)
        self._any_address = settings.host in _WILDCARDS
        self._upload_limit = settings.upload_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        send = _with_headers(scope["path"], send)
        refusal = self._refusal(headers)
        if refusal is not None:
            await self._answer(refusal)(scope, receive, send)
            return
        await self._app(_current_path(scope), _limited(receive, self._limit(headers)), send)

    def _refusal(self, headers: Headers) -> SafelightError | None:
        """Why a request is not even looked at."""
        host = host_name(headers.get("host", ""))
        if host not in self._hosts and not (self._any_address and _is_address(host)):
            return Invalid(
                f"This server does not answer for the host {host!r}. "
                "Name it in SAFELIGHT_ALLOWED_HOSTS if it should.",
                host=host,
            )
        length = headers.get("content-length", "0")
        limit = self._limit(headers)
        if length.isdigit() and int(length) > limit:
            return TooLarge(f"A request may have at most {limit // MIB} MiB.", limit=limit)
        return None

    def _limit(self, headers: Headers) -> int:
        is_json = headers.get("content-type", "").startswith("application/json")
        return JSON_LIMIT if is_json else self._upload_limit


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """The names that may stand in `Host`: a page of another name that points at this address (DNS
    rebinding) must get nothing.
    """
    hosts = {*LOOPBACK_HOSTS, *(name.lower() for name in settings.allowed_hosts)}
    if settings.host in _WILDCARDS:
        hosts.add(socket.gethostname().lower())
    else:
        hosts.add(settings.host.lower())
    if settings.public_url:
        hosts.add((urlsplit(settings.public_url).hostname or "").lower())
    return frozenset(hosts)


def host_name(header: str) -> str:
    """`Host` without its port; an IPv6 address without its brackets."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()


def _is_address(host: str) -> bool:
    # A number in `Host` cannot have been rebound: no name was looked up.
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _current_path(scope: Scope) -> Scope:
    """Clients before 6.20 say /sdk/ where later ones say /api/."""
    if not scope["path"].startswith("/sdk/"):
        return scope
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return {
        **scope,
        "path": "/api/" + scope["path"].removeprefix("/sdk/"),
        "raw_path": b"/api/" + raw.removeprefix(b"/sdk/"),
    }


def _limited(receive: Receive, limit: int) -> Receive:
    """Counts a body that came without a length, too."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, f"A request may have at most {limit // MIB} MiB.")
        return message

    return counted


def _with_headers(path: str, send: Send) -> Send:
    is_api = path.startswith(("/api/", "/sdk/"))

    async def decorated(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if is_api:
                headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return decorated
