"""Reads the lists of one big JSON object piece by piece; knows JSON, not what the lists say.

A piece is a few megabytes cut where one object ends and the next begins (`},{`). Whether the cut is
right is checked by the decoder itself: a cut inside a string or a nested list does not decode. Then,
and where a record is wrong, the elements of the piece are handed out one by one instead.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec
from msgspec import DecodeError, Raw

from safelight.errors import Invalid

CHUNK_BYTES = 8 * 1024 * 1024
RECORD_LIMIT = 64 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
BOUNDARY = re.compile(rb"\}\s*,\s*\{")  # where one record may end and the next begin
_NOT_SPACE = re.compile(rb"[^ \t\r\n]")
_AT_BYTE = re.compile(r"JSON is malformed: (.*) \(byte (\d+)\)")
_TRAILING = "trailing characters"
_TRUNCATED = "Input data was truncated"

_raw_decoder = msgspec.json.Decoder(Raw)
_raw_list_decoder = msgspec.json.Decoder(list[Raw])
_python_decoder = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Chunk:
    """From the first byte of a record to the one behind another, and where the record after that begins."""

    start: int
    stop: int
    following: int


Answers = Callable[[int], Iterator[tuple[Chunk, Any]]]
"""Chunks of records from the one that begins at a byte of the file, as far as somebody has read them ahead, and
what was made of each."""


def _nothing_ahead(_offset: int) -> Iterator[tuple[Chunk, Any]]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a list as it stands in the file. It may hold NaN; otherwise it is JSON."""

    offset: int
    text: bytes


@dataclass(slots=True)
class Piece:
    """Some consecutive elements of the list `key`: decoded `records`, or else `elements` as they are, or else
    the `answer` of who read them ahead.

    `start` is where the first begins in the file, and `offset` how far the file has been read.
    """

    key: str
    start: int
    offset: int
    records: list[Any] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    text: bytes = b""  # of the records, in brackets
    answer: Any = None
    _cut: list[Element] = field(default_factory=list)

    def element(self, at: int) -> Element:
        """One of them as it stands in the file. The first call cuts all records out."""
        if self.elements:
            return self.elements[at]
        if not self._cut:
            self._cut = elements_of(self.text[1:], self.start, len(self.records))
        return self._cut[at]


def elements_of(text: bytes, start: int, count: int) -> list[Element]:
    """The first `count` elements of a part of a list; `start` is where the part stands in its file."""
    window = _Window(io.BytesIO(text), len(text), base=start)
    elements = []
    for _ in range(count):
        window.peek()
        elements.append(_element(window))
        if window.peek() == b",":
            window.take(b",")
    return elements


def pieces(
    file: BinaryIO,
    decoders: Mapping[str, msgspec.json.Decoder[list[Any]]],
    chunk_bytes: int = CHUNK_BYTES,
    ahead: Mapping[str, Answers] = {},
) -> Iterator[Piece]:
    """The lists that `decoders` names, in the order of the file; other keys are stepped over. `ahead` reads
    what it can of some of them.

    Each list found begins with an empty piece. Raises Invalid, naming the byte, when the file is not
    one JSON object, is truncated, or a named value is not a list.
    """
    window = _Window(file, chunk_bytes)
    window.skip_bom()
    seen = set()
    for key in _keys(window):
        if key in seen:
            raise Invalid(f"The key {key!r} appears twice, again at byte {window.offset}.")
        seen.add(key)
        opening = window.peek()
        if key in decoders:
            if opening != b"[":
                raise Invalid(f"The value of {key!r} at byte {window.offset} is not a list.")
            yield Piece(key, window.offset, window.offset)
            yield from _list(window, key, decoders[key], ahead.get(key, _nothing_ahead))
        elif opening == b"[":
            for _ in _list(window, key, _raw_list_decoder):
                pass
        else:
            window.position = window.value_end()
    if window.peek():
        raise _not_json(window.offset, "something follows the end of the object")


def members(text: bytes, start: int = 0) -> Iterator[tuple[str, Element]]:
    """The keys and values of an object that is in memory, in their order; a key may come twice.
    `start` is where the object stands in its file. Raises Invalid, naming the byte.
    """
    window = _Window(io.BytesIO(text), max(len(text), len(_BOM)), base=start)
    window.skip_bom()
    for key in _keys(window):
        yield key, _element(window)


def elements(text: bytes, start: int) -> list[Element]:
    """The elements of a list that is in memory; `start` is where it stands in its file. Raises Invalid."""
    window = _Window(io.BytesIO(text), len(text), base=start)
    window.take(b"[")
    return [] if window.peek() == b"]" else _cut(window)[0]


def first_entries(file: BinaryIO, count: int = 12) -> Iterator[tuple[str, bytes]]:
    """The first keys of the object in the file, and how the value of each begins. A value is stepped
    over only when the next key is asked for. Raises Invalid.
    """
    window = _Window(file, 64 * 1024)
    window.skip_bom()
    for _, key in zip(range(count), _keys(window), strict=False):
        yield key, window.text[window.position :]
        window.position = window.value_end()


class _Window:
    """The part of the file being looked at: `text`, read up to `position`."""

    def __init__(self, file: BinaryIO, chunk_bytes: int, base: int = 0) -> None:
        self._file = file
        self._chunk_bytes = chunk_bytes
        self._base = base  # of text[0] in the file
        self.text = b""
        self.position = 0
        self.ended = False

    @property
    def offset(self) -> int:
        """Where in the file `position` is."""
        return self._base + self.position

    def grow(self) -> bool:
        """Read one chunk more, forgetting what is behind. False at the end of the file."""
        if self.ended:
            return False
        if len(self.text) - self.position > RECORD_LIMIT:
            limit = RECORD_LIMIT // 1024**2
            raise Invalid(f"The record at byte {self.offset} is larger than {limit} MiB.")
        chunk = self._file.read(self._chunk_bytes)
        self.ended = not chunk
        self._base += self.position
        self.text = self.text[self.position :] + chunk
        self.position = 0
        return not self.ended

    def fill(self) -> None:
        if len(self.text) - self.position < self._chunk_bytes:
            self.grow()

    def seek(self, offset: int) -> None:
        """Go on from this byte of the file."""
        self._file.seek(offset)
        self._base, self.text, self.position, self.ended = offset, b"", 0, False

    def skip_bom(self) -> None:
        while len(self.text) < len(_BOM) and self.grow():
            pass
        if not self.text:
            raise Invalid("The file is empty.")
        if self.text.startswith(_BOM):
            self.position = len(_BOM)

    def peek(self) -> bytes:
        """The next byte that is not white space; empty at the end of the file."""
        while True:
            found = _NOT_SPACE.search(self.text, self.position)
            if found:
                self.position = found.start()
                return found[0]
            self.position = len(self.text)
            if not self.grow():
                return b""

    def take(self, *expected: bytes) -> bytes:
        """Step over the next byte, which must be one of `expected`."""
        byte = self.peek()
        if byte in expected:
            self.position += 1
            return byte
        if not byte:
            raise self.truncated()
        raise _not_json(self.offset, f"expected {b' or '.join(expected).decode()}")

    def truncated(self) -> Invalid:
        size = self._base + len(self.text)
        return Invalid(f"The file is truncated: it ends at byte {size}.", offset=size)

    def value_end(self) -> int:
        """The position after the JSON value that begins here, and after white space behind it."""
        while True:
            end = self._end_in_text()
            if end is not None:
                return end
            if self.ended:
                raise self.truncated()
            self.grow()

    def _end_in_text(self) -> int | None:
        """As `value_end`, or None if more of the file is needed to know."""
        rest = memoryview(self.text)[self.position :]
        try:
            _raw_decoder.decode(rest)
        except DecodeError as error:
            reason, at = _where(error)
            if reason == _TRAILING:
                return self.position + at - 1
            if reason == _TRUNCATED:
                return None
            if rest[at : at + 1] in {b"N", b"I"}:
                end = _end_by_python(rest)
                if end is not None or not self.ended:
                    return None if end is None else self.position + end
            elif at >= len(rest) - (0 if self.ended else 16):
                return None  # a number or name that the end cuts
            raise _not_json(self.offset + at, reason) from error
        except RecursionError as error:
            raise _not_json(self.offset, "nested too deeply") from error
        complete = self.ended or self.text[self.position : self.position + 1] in b'{["'
        return len(self.text) if complete else None


def _keys(window: _Window) -> Iterator[str]:
    """The keys of the object that begins here; at each yield the window stands at its value."""
    window.take(b"{")
    if window.peek() == b"}":
        window.take(b"}")
        return
    while True:
        if window.peek() not in {b'"', b""}:
            raise _not_json(window.offset, "expected a key")
        start = window.offset
        end = window.value_end()
        try:
            key: str = msgspec.json.decode(window.text[window.position : end], type=str)
        except (DecodeError, UnicodeDecodeError) as error:
            raise _not_json(start, str(error)) from error
        window.position = end
        window.take(b":")
        if not window.peek():
            raise window.truncated()
        yield key
        if window.take(b",", b"}") == b"}":
            return


def _list(
    window: _Window,
    key: str,
    decoder: msgspec.json.Decoder[list[Any]],
    ahead: Answers = _nothing_ahead,
) -> Iterator[Piece]:
    window.take(b"[")
    if window.peek() == b"]":
        window.take(b"]")
        return
    last = False
    while not last:
        window.peek()
        for chunk, answer in ahead(window.offset):
            yield Piece(key, chunk.start, chunk.stop, answer=answer)
            window.seek(chunk.following)
        if window.peek() in {b"]", b","}:
            raise _no_element(window)
        window.fill()
        start = window.offset
        decoded = _decode(window, decoder)
        if decoded is None:
            elements, last = _cut(window)
            yield Piece(key, start, window.offset, elements=elements)
        else:
            records, text, last = decoded
            yield Piece(key, start, window.offset, records, text=text)


def _decode(
    window: _Window, decoder: msgspec.json.Decoder[list[Any]]
) -> tuple[list[Any], bytes, bool] | None:
    """The records up to a cut, their text, and whether the list ended there. None: go element by
    element.
    """
    stop = len(window.text)
    if not window.ended:
        boundary = _last_boundary(window.text, window.position)
        if boundary is None:
            return None
        stop = boundary
    piece = b"[" + window.text[window.position : stop] + (b"" if window.ended else b"]")
    try:
        records = decoder.decode(piece)
    except DecodeError as error:
        reason, at = _where(error)
        if reason != _TRAILING:
            return None
        # The list ends inside the piece and other keys follow it: piece[at - 1] is what follows.
        window.position += at - 2
        piece = piece[: at - 1]
        return decoder.decode(piece), piece, True
    except (RecursionError, UnicodeDecodeError):
        return None
    window.position = stop
    if window.ended:
        return records, piece, True
    window.take(b",")
    return records, piece, False


def _last_boundary(text: bytes, start: int) -> int | None:
    """The position after the last `}` that a comma and `{` follow."""
    stop = len(text)
    for _ in range(100):
        brace = text.rfind(b"}", start, stop)
        if brace < 0:
            return None
        if BOUNDARY.match(text, brace):
            return brace + 1
        stop = brace
    return None


def _cut(window: _Window) -> tuple[list[Element], bool]:
    """The elements that begin in the window, at least one, and whether the list ended with them."""
    elements: list[Element] = []
    stop = window.offset + len(window.text) - window.position
    while True:
        if window.peek() in {b"]", b","}:
            raise _no_element(window)
        elements.append(_element(window))
        if window.take(b",", b"]") == b"]":
            return elements, True
        if window.offset >= stop:
            return elements, False


def _element(window: _Window) -> Element:
    """The element that begins here; the window stands behind it then."""
    end = window.value_end()
    element = Element(window.offset, window.text[window.position : end].rstrip(_SPACE))
    window.position = end
    return element


def _where(error: DecodeError) -> tuple[str, int]:
    """Reason and byte of a decoder's complaint; the byte is -1 where it names none."""
    found = _AT_BYTE.fullmatch(str(error))
    return (found[1], int(found[2])) if found else (str(error), -1)


def _end_by_python(rest: memoryview) -> int | None:
    """The end of a value that holds NaN or Infinity: not JSON, but what Python's json writes."""
    for size in (65536, len(rest)):
        text = bytes(rest[:size]).decode("utf-8", "surrogateescape")
        try:
            _, end = _python_decoder.raw_decode(text)
        except (json.JSONDecodeError, RecursionError):
            continue
        behind = _NOT_SPACE.search(rest, len(text[:end].encode("utf-8", "surrogateescape")))
        return behind.start() if behind else len(rest)
    return None


def _no_element(window: _Window) -> Invalid:
    return _not_json(window.offset, "expected an element of the list")


def _not_json(offset: int, reason: str) -> Invalid:
    return Invalid(f"The file is not JSON at byte {offset}: {reason}.", offset=offset)
