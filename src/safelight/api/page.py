"""The built page: its files, and index.html for every address that React knows how to show."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

STATIC = Path(__file__).resolve().parent.parent / "static"

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)

_NOT_BUILT = """<!doctype html><meta charset="utf-8"><title>Safelight</title>
<p>Safelight is running, but its page has not been built. In the source folder,
<code>make demo</code> builds it; the <a href="/api/v1/docs">API</a> works without it.</p>
"""


class Page:
    """Answers whatever no route does. Files below assets/ have the hash of their content in their
    name, so a browser may keep them for ever; everything else is asked for again.
    """

    def __init__(self, static: Path = STATIC) -> None:
        self._static = static

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = self.answer(scope["method"], scope["path"])
        await response(scope, receive, send)

    def answer(self, method: str, path: str) -> Response:
        """The file at `path`, or the page."""
        if method not in ("GET", "HEAD"):
            return PlainTextResponse(f"Nothing answers {method} {path}.\n", 404)
        file = self._file(path)
        if file is not None:
            hashed = path.startswith("/assets/")
            keep = "public, max-age=31536000, immutable" if hashed else "no-cache"
            return FileResponse(file, headers={"Cache-Control": keep})
        if path.startswith("/assets/"):
            return PlainTextResponse(f"No file {path}.\n", 404)
        return self._index()

    def _file(self, path: str) -> Path | None:
        found = (self._static / path.lstrip("/")).resolve()
        if not found.is_relative_to(self._static) or not found.is_file():
            return None
        return None if found.name == "index.html" else found

    def _index(self) -> Response:
        try:
            html = (self._static / "index.html").read_text()
        except FileNotFoundError:
            return HTMLResponse(_NOT_BUILT, 503)
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": policy(html)}
        return HTMLResponse(html, headers=headers)


def policy(html: str) -> str:
    """The Content-Security-Policy of a page: nothing from elsewhere, no script but its own. Styles
    may be inline, because the component library writes them so.
    """
    hashes = "".join(f" 'sha256-{_digest(script)}'" for script in _INLINE_SCRIPT.findall(html))
    return (
        f"default-src 'self'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
