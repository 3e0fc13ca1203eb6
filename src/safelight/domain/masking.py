"""Hiding secrets in what a run prints: each becomes `***`, wherever the bytes were cut into chunks.

Hidden are the values as they are and as programs usually write them: quoted for a URL, escaped for JSON or
by Python's `repr`, and in base64, also as a part of a longer text. Knows nothing of lines or logs.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

STARS = "***"
SHORTEST = 4  # characters; hiding shorter values would tear holes into ordinary words

_STARS = STARS.encode()


class Mask:
    """Replaces secrets. Of two that begin at the same place the longer one is taken."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        self._forms = sorted(forms, key=lambda form: (-len(form), form))
        self._any = re.compile(b"|".join(map(re.escape, self._forms)))

    def __repr__(self) -> str:
        return f"Mask of {len(self._forms)} forms"

    def take(self, held: bytes, data: bytes) -> tuple[bytes, bytes]:
        """The next bytes of a stream, masked, and what is held back until it is known whether a secret
        begins with it. `held` is what the call before held back.
        """
        if not self._forms:
            return held + data, b""
        data = held + data if held else data
        at, masked, hold = 0, [], self._beginning(data)
        for start, end in self._found(data):
            if start >= len(data) - hold:
                break  # a secret that begins before it, or a longer one, may yet come
            masked += [data[at:start], _STARS]
            at = end
            if at > len(data) - hold:
                hold = self._beginning(data[at:])
        end = len(data) - hold
        return b"".join([*masked, data[at:end]]), data[end:]

    def whole(self, data: bytes) -> bytes:
        """Bytes that nothing follows, masked."""
        if not any(form in data for form in self._forms):
            return data
        return self._any.sub(_STARS, data)

    def text(self, text: str) -> str:
        """A whole text, masked."""
        if not text or not self._forms:
            return text
        raw = text.encode(errors="surrogatepass")
        masked = self.whole(raw)
        return text if masked is raw else masked.decode(errors="replace")

    def _found(self, data: bytes) -> Iterator[tuple[int, int]]:
        # Looking for each form by itself is twenty times as fast as one expression, and nearly always
        # enough: most of what is printed holds no secret.
        if any(form in data for form in self._forms):
            for match in self._any.finditer(data):
                yield match.span()

    def _beginning(self, data: bytes) -> int:
        """How many bytes at the end may be the beginning of a secret."""
        return max((_overlap(data, form) for form in self._forms), default=0)


def _overlap(data: bytes, form: bytes) -> int:
    """The length of the longest real beginning of `form` that `data` ends with."""
    last, size = data[-1:], min(len(form) - 1, len(data))
    while last and size > 0:
        size = form.rfind(last, 0, size) + 1
        if size and data.endswith(form[:size]):
            return size
        size -= 1
    return 0


def _forms(secret: str) -> Iterator[bytes]:
    """The ways in which a secret is printed. A secret of several lines is also each of its lines."""
    for value in {secret.strip(), *(line.strip() for line in secret.splitlines())}:
        if len(value) < SHORTEST:
            continue
        raw = value.encode(errors="surrogatepass")
        escaped = (json.dumps(value), json.dumps(value, ensure_ascii=False), repr(value))
        quoted = (quote(raw), quote(raw, safe=""), quote_plus(raw))
        yield raw
        yield from (text[1:-1].encode(errors="surrogatepass") for text in escaped)
        yield from (text.encode() for text in quoted)
        yield from _base64(raw)


def _base64(raw: bytes) -> Iterator[bytes]:
    """What base64 makes of `raw` wherever it stands in a longer text: of the characters at its edges,
    which its neighbours change too, none are taken.
    """
    for shift, edge in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(b"\0" * shift + raw)
        core = encoded[edge : (shift + len(raw)) * 8 // 6]
        yield core
        yield core.translate(bytes.maketrans(b"+/", b"-_"))
