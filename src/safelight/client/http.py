"""One connection to a server: addresses, retries over a restart, errors in our own words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from ssl import SSLContext
from typing import Any
from uuid import uuid4

import httpx

from safelight import errors
from safelight.errors import SafelightError, Unavailable

Json = dict[str, Any]

# Longest pause between two tries; the first is a fiftieth of it.
_SLOWEST_S = 5.0

_BY_STATUS: dict[int, type[SafelightError]] = {
    400: errors.Invalid,
    401: errors.Unauthenticated,
    403: errors.Denied,
    404: errors.NotFound,
    409: errors.Conflict,
    413: errors.TooLarge,
    415: errors.Invalid,
    422: errors.Invalid,
    423: errors.Locked,
    429: errors.TooManyRequests,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def _tree(root: type[SafelightError]) -> Iterator[type[SafelightError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


_BY_CODE = {error.code: error for error in _tree(SafelightError)}


@cache
def _trust() -> SSLContext:
    """The authorities that this machine trusts. To read them takes longer than a call."""
    return httpx.create_ssl_context()


class Http:
    """Calls to one server as one user. Safe to share between threads.

    A call that cannot do harm twice is repeated for `patience_s` while the server is away, so a
    restart of the server is a pause, not a failure. Others are repeated only if they were never
    sent.
    """

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        patience_s: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.patience_s = patience_s
        timeout = httpx.Timeout(120.0, connect=10.0)
        self._session = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=timeout,
            follow_redirects=True,
            transport=transport,
            verify=_trust(),
        )
        # Signed addresses of another host, a bucket's, must not be shown the token.
        self._elsewhere = httpx.Client(timeout=timeout, transport=transport, verify=_trust())

    def close(self) -> None:
        self._session.close()
        self._elsewhere.close()

    def get(self, path: str, **params: Any) -> Json:
        return self._json(self.call("GET", path, params=_given(params)))

    def post(
        self, path: str, body: Json | None = None, *, repeatable: bool = False, **more: Any
    ) -> Json:
        """POST; `repeatable` if doing it twice leaves what doing it once would."""
        return self._json(self.call("POST", path, repeatable=repeatable, json=body, **more))

    def patch(self, path: str, body: Json) -> Json:
        """PATCH that sets what `body` names; doing it twice leaves what doing it once would."""
        return self._json(self.call("PATCH", path, repeatable=True, json=body))

    def launch(self, path: str, body: Json | None = None, **more: Any) -> Json:
        """POST that starts a job: its key lets a repeated call open the job that exists."""
        headers = {"Idempotency-Key": str(uuid4())}
        return self._json(
            self.call("POST", path, repeatable=True, headers=headers, json=body, **more)
        )

    def pages(self, path: str, **params: Any) -> Iterator[Json]:
        """Every item of a list, page after page, as they are asked for."""
        after = params.pop("after", None)
        while True:
            page = self.get(path, after=after, **params)
            yield from page["items"]
            after = page.get("next")
            if after is None:
                return

    def read(self, address: str) -> bytes:
        """The bytes at a path of this server or at a signed address elsewhere."""
        return self.call("GET", address).content

    def download(self, address: str, write: Callable[[bytes], object], **params: Any) -> int:
        """Give the bytes at `address` to `write` as they come; returns how many there were.

        Raises Unavailable if the connection breaks in between: `write` has then seen a part.
        """
        size = 0
        try:
            session, asked = self._session_for(address), _given(params)
            # A signed address has its own parameters, which `params={}` would take away.
            with session.stream("GET", address, params=asked or None) as response:
                if not response.is_success:
                    response.read()
                    raise _error(response)
                for chunk in response.iter_bytes():
                    size += len(chunk)
                    write(chunk)
        except httpx.TransportError as error:
            raise self._away(error) from error
        return size

    def call(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool | None = None,
        patience_s: float | None = None,
        **request: Any,
    ) -> httpx.Response:
        """The answer of one call. Raises the error that the server names, or Unavailable."""
        if repeatable is None:
            repeatable = method in {"GET", "PUT", "DELETE"}
        session = self._session_for(path)
        give_up_at = time.monotonic() + (self.patience_s if patience_s is None else patience_s)
        pause_s = _SLOWEST_S / 50
        while True:
            try:
                response = session.request(method, path, **request)
                if response.is_success:
                    return response
                problem = _error(response)
                again = repeatable and isinstance(problem, Unavailable)
            except httpx.TransportError as error:
                problem = self._away(error)
                # A connection that was never made has done nothing, whatever the call.
                again = repeatable or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            except httpx.InvalidURL as error:
                raise errors.Invalid(f"{self.url} is no address of a server.") from error
            if not again or time.monotonic() + pause_s > give_up_at:
                raise problem
            _rewind(request)
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, _SLOWEST_S)

    def _session_for(self, address: str) -> httpx.Client:
        here = address.startswith((f"{self.url}/", "/"))
        return self._session if here else self._elsewhere

    def _json(self, response: httpx.Response) -> Json:
        if not response.content:
            return {}
        try:
            answer = response.json()
        except ValueError as error:
            raise Unavailable(f"{self.url} does not answer like a Safelight server.") from error
        return answer if isinstance(answer, dict) else {"items": answer}

    def _away(self, error: Exception) -> SafelightError:
        if isinstance(error, httpx.UnsupportedProtocol):
            return errors.Invalid(f"{self.url or '(nothing)'} is no http address of a server.")
        return Unavailable(f"Safelight at {self.url} does not answer.", reason=str(error))


def _given(params: Json) -> Json:
    return {name: value for name, value in params.items() if value is not None}


def _rewind(request: Json) -> None:
    """Put opened files of a multipart body back to their start before it is sent again."""
    files = request.get("files") or {}
    for part in files.values() if isinstance(files, dict) else (part for _, part in files):
        content = part[1] if isinstance(part, tuple) else part
        if hasattr(content, "seek"):
            content.seek(0)


def _error(response: httpx.Response) -> SafelightError:
    """The error of our tree that an answer stands for."""
    body: Json = {}
    with suppress(ValueError):
        answer = response.json()
        body = answer if isinstance(answer, dict) else {}
    detail = body.get("detail")
    facts = detail if isinstance(detail, dict) else {"detail": detail} if detail else {}
    message = body.get("message") or f"The server answered {response.status_code}."
    found = _BY_CODE.get(str(body.get("code"))) or _BY_STATUS.get(
        response.status_code, SafelightError
    )
    error = found(str(message))
    error.facts = facts
    return error
