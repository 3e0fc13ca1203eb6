"""The server's side of the runner protocol, in memory: the double at the seam between runner and server."""

from __future__ import annotations

import io
import json
import os
import socket
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "runner-token-of-the-test"
PACKAGE = "0123456789abcdef"


@dataclass
class Known:
    """What a server keeps of one run; survives the death of the HTTP server before it."""

    spec: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    log: dict[str, bytearray] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)  # streams and "exit" as they came
    starts: list[dict[str, Any]] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)
    snapshot: dict[str, Any] | None = None
    exit: dict[str, Any] | None = None
    exits: int = 0
    stop: dict[str, Any] | None = None
    final: bool = False
    refuse_start: int | None = None
    broken: bool = False
    token: str = TOKEN
    lock: threading.Lock = field(default_factory=threading.Lock)

    def text(self, stream: str) -> str:
        return bytes(self.log.get(stream, b"")).decode()

    @property
    def is_complete(self) -> bool:
        if self.exit is None:
            return False
        return all(
            len(self.log.get(stream, b"")) >= size for stream, size in self.exit["offsets"].items()
        )


class FakeServer:
    """Serves one run. `stop` is SIGKILL to it: open connections break."""

    def __init__(self, known: Known, server_file: Path) -> None:
        self.known = known
        self._server_file = server_file
        self._http: _Http | None = None

    def start(self, pid: int | None = None) -> None:
        """Listen on a new port. `pid` stands in the file; it is ours, unless something else listens."""
        self._http = _Http(("127.0.0.1", 0), _handler(self.known))
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        address = f"http://127.0.0.1:{self._http.server_port}"
        temporary = self._server_file.with_suffix(".new")
        temporary.write_text(json.dumps({"url": address, "pid": pid or os.getpid()}))
        temporary.replace(self._server_file)

    def stop(self) -> None:
        if self._http is not None:
            self._http.shutdown()
            self._http.break_all()
            self._http.server_close()
            self._http = None


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, *arguments: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*arguments)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def break_all(self) -> None:
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a connection that was broken on purpose


def _handler(known: Known) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

        def do_GET(self) -> None:
            content = known.files.get(urlsplit(self.path).path)
            if content is None:
                return self._answer(404, {"code": "not_found", "message": "No such file."})
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return None

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            address = urlsplit(self.path)
            verb = address.path.removeprefix("/api/v1/runner/")
            question = {name: values[0] for name, values in parse_qs(address.query).items()}
            with known.lock:
                self._answer(*self._decide(verb, question, body))

        def _decide(
            self, verb: str, question: dict[str, str], body: bytes
        ) -> tuple[int, dict[str, Any]]:
            if known.broken:
                return 503, {"code": "unavailable", "message": "Not now."}
            if self.headers["Authorization"] != f"Bearer {known.token}":
                return 401, {"code": "unauthenticated", "message": "Unknown token."}
            if verb == "log":
                return _log(known, question, body)
            return _verb(known, verb, json.loads(body))

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _verb(known: Known, verb: str, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if verb == "start":
        known.starts.append(content["runner"])
        if known.refuse_start is not None:
            return known.refuse_start, {"code": "already_ended", "message": "It is over."}
        offsets = {name: len(known.log.get(name, b"")) for name in ("stdout", "stderr", "setup")}
        return 200, {**known.spec, "stop": known.stop, "offsets": offsets}
    if verb == "heartbeat":
        known.samples.append(content["sample"] or {})
        return 200, {"stop": known.stop, "final": known.final}
    if verb == "snapshot":
        known.snapshot = content
        return 200, {}
    assert verb == "exit"
    known.exit = known.exit or content
    known.exits += 1
    known.order.append("exit")
    return 200, {"status": "SUCCEEDED"}


def _log(known: Known, question: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    stream, offset = question["stream"], int(question["offset"])
    have = known.log.setdefault(stream, bytearray())
    if offset > len(have):
        facts = {"acknowledged": len(have)}
        return 409, {"code": "conflict", "message": "A gap.", "detail": facts}
    new = body[len(have) - offset :]
    have += new
    if new and (not known.order or known.order[-1] != stream):
        known.order.append(stream)
    return 200, {"acknowledged": len(have)}


def archive(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for name, text in files.items():
            package.writestr(name, text)
    return content.getvalue()


def until(check: Callable[[], object], timeout_s: float = 20.0, what: str = "") -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + timeout_s
    while not check():
        assert time.monotonic() < deadline, f"it never happened: {what or check}"
        time.sleep(0.01)
