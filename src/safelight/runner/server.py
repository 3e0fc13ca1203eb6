"""The server as a runner sees it: six requests over one kept connection, an address that may change."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import ssl
from typing import Any, Dict, Mapping, Optional
from urllib.parse import urlsplit

TIMEOUT_S = 30.0
AGAIN = frozenset({408, 425, 429})  # not now; asking again may help

Json = Dict[str, Any]


GONE = 410  # said by nobody: where every answer would come from does not exist any more


class Away(Exception):
    """No answer, or none of a healthy server. Asking again later is right."""


class Refused(Exception):
    """The server understood and said no."""

    def __init__(self, status: int, code: str, message: str, detail: Any) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.detail = detail

    @property
    def is_final(self) -> bool:
        """The run is not (or no longer) ours."""
        return self.status in (401, 409, GONE)

    @property
    def is_gone(self) -> bool:
        """There is no data folder any more, nor one of the run: nothing can be noted."""
        return self.status == GONE

    @property
    def acknowledged(self) -> Optional[int]:
        """Where to go on with a stream after a gap."""
        found = self.detail.get("acknowledged") if isinstance(self.detail, dict) else self.detail
        return found if isinstance(found, int) and not isinstance(found, bool) else None


class Server:
    """Not to be shared between threads."""

    def __init__(self, server_file: str, token: str, timeout_s: float = TIMEOUT_S) -> None:
        self._server_file = server_file
        self._token = token
        self._timeout_s = timeout_s
        self._connection: Optional[http.client.HTTPConnection] = None
        self._prefix = ""
        self._pid: Optional[int] = None

    def start(self, runner: Json) -> Json:
        """The run's spec. Asking for it is the step to RUNNING; asking again gives it again."""
        return self._post("/api/v1/runner/start", {"runner": runner})

    def log(self, stream: str, offset: int, data: bytes, at: int) -> int:
        """Ship bytes of a stream; the offset up to which the server has them now."""
        path = f"/api/v1/runner/log?stream={stream}&offset={offset}&at={at}"
        return int(self._ask("POST", path, data, "application/octet-stream")["acknowledged"])

    def heartbeat(self, at: int, sample: Optional[Json]) -> Json:
        return self._post("/api/v1/runner/heartbeat", {"at": at, "sample": sample})

    def snapshot(self, snapshot: Json) -> None:
        self._post("/api/v1/runner/snapshot", snapshot)

    def exit(self, report: Json) -> None:
        self._post("/api/v1/runner/exit", report)

    def fetch(self, path: str, target: str) -> None:
        """Download to a file, which appears whole or not at all."""
        response = self._send("GET", path, None, {})
        temporary = f"{target}.{os.getpid()}.part"
        try:
            with open(temporary, "wb") as file:
                shutil.copyfileobj(response, file, 1024 * 1024)
                length = response.getheader("Content-Length")
                if length is not None and file.tell() != int(length):
                    raise http.client.IncompleteRead(b"")
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Away(str(error)) from error
        os.replace(temporary, target)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, path: str, content: Json) -> Json:
        return self._ask("POST", path, json.dumps(content).encode(), "application/json")

    def _ask(self, method: str, path: str, body: Optional[bytes], type: str) -> Json:
        response = self._send(method, path, body, {"Content-Type": type})
        try:
            answer = json.loads(response.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise Away(str(error)) from error
        return answer if isinstance(answer, dict) else {}

    def _send(
        self, method: str, path: str, body: Optional[bytes], headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        reused = self._connection is not None
        try:
            response = self._attempt(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not reused:
                raise Away(str(error)) from error
            # The server may have closed an idle connection: that is not being away. All of our
            # requests may be repeated.
            return self._send(method, path, body, headers)
        if response.status >= 400:
            self._refuse(response)
        return response

    def _attempt(
        self, method: str, path: str, body: Optional[bytes], headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        connection = self._connection or self._connect()
        known = {"Authorization": f"Bearer {self._token}", **headers}
        connection.request(method, self._prefix + path, body, known)
        return connection.getresponse()

    def _connect(self) -> http.client.HTTPConnection:
        try:
            with open(self._server_file, "rb") as file:
                known = json.loads(file.read())
            address = urlsplit(known["url"])
            self._pid = known.get("pid")
        except (OSError, ValueError, KeyError, TypeError) as error:
            if not os.path.isdir(os.path.dirname(self._server_file)):
                raise Refused(GONE, "gone", "the data folder was removed", None) from error
            raise Away(f"no server address: {error}") from error
        host = address.hostname or "127.0.0.1"
        if address.scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, address.port, timeout=self._timeout_s, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(host, address.port, timeout=self._timeout_s)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._prefix = address.path.rstrip("/")
        return connection

    def _refuse(self, response: http.client.HTTPResponse) -> None:
        try:
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            answer = None
        if response.status >= 500 or response.status in AGAIN or not self._is_ours(answer):
            self.close()
            raise Away(f"answered {response.status}")
        raise Refused(
            response.status, answer["code"], str(answer.get("message", "")), answer.get("detail")
        )

    def _is_ours(self, answer: Any) -> bool:
        """Whether the refusal comes from the server that we look for.

        While it is down, its port may belong to another program, whose 401 must not end a run.
        """
        if not isinstance(answer, dict) or not isinstance(answer.get("code"), str):
            return False
        return self._pid is None or os.path.exists(f"/proc/{self._pid}")
