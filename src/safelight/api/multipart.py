"""Reads multipart/form-data while it arrives: fields into memory, files straight to where they go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from safelight.errors import Invalid, TooLarge

FIELD_LIMIT = 64 * 1024 * 1024  # the shapes of one picture may be many
FIELDS = 200
_FEED = 1024 * 1024  # bytes that are handed to a thread at once


@dataclass(frozen=True, slots=True)
class FilePart:
    """The head of a file in a form. `fields`: those that came before it."""

    field: str
    filename: str
    content_type: str
    fields: dict[str, str]


class Sink(Protocol):
    """Where the bytes of one file go."""

    def write(self, chunk: bytes) -> object: ...

    def close(self) -> object:
        """All bytes have been written."""


class Form:
    """A form that is being read. `open_file` says where a file goes; it may refuse by raising."""

    def __init__(self, content_type: str, open_file: Callable[[FilePart], Sink]) -> None:
        """Raises Invalid if the body is not a form."""
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise Invalid("The body must be multipart/form-data.")
        self.fields: dict[str, str] = {}
        self._open_file = open_file
        self._headers: dict[str, bytes] = {}
        self._header_name = self._header_value = b""
        self._sink: Sink | None = None
        self._field = ""
        self._text = bytearray()
        self._ended = False
        self._parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": self._begin,
                "on_header_field": self._name,
                "on_header_value": self._value,
                "on_header_end": self._header,
                "on_headers_finished": self._open,
                "on_part_data": self._data,
                "on_part_end": self._close,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Raises Invalid if this is no form, and what `open_file` and its sinks raise."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise Invalid(f"The form cannot be read: {error}") from error

    def finish(self) -> None:
        """Raises Invalid if the body ended in the middle."""
        if not self._ended:
            raise Invalid("The form ended before its last part was complete.")

    def _begin(self) -> None:
        self._headers = {}

    def _name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header(self) -> None:
        self._headers[self._header_name.decode("latin-1").lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition"))
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            self._text = bytearray()
            return
        content_type = self._headers.get("content-type", b"").decode("latin-1")
        filename = options[b"filename"].decode("utf-8", "replace")
        self._sink = self._open_file(
            FilePart(self._field, filename, content_type, dict(self.fields))
        )

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._sink is not None:
            self._sink.write(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > FIELD_LIMIT:
            raise TooLarge(f"A field has at most {FIELD_LIMIT} bytes.", field=self._field)

    def _close(self) -> None:
        if self._sink is not None:
            sink, self._sink = self._sink, None
            sink.close()
            return
        if len(self.fields) >= FIELDS:
            raise Invalid(f"A form has at most {FIELDS} fields.")
        self.fields[self._field] = self._text.decode("utf-8", "replace")

    def _end(self) -> None:
        self._ended = True


async def pour(request: Request, feed: Callable[[bytes], object]) -> None:
    """Hand the body to `feed` piece by piece, in a thread: it may wait for disk and database."""
    waiting = bytearray()
    async for chunk in request.stream():
        waiting += chunk
        if len(waiting) >= _FEED:
            await run_in_threadpool(feed, bytes(waiting))
            waiting.clear()
    if waiting:
        await run_in_threadpool(feed, bytes(waiting))


async def read_form(request: Request, open_file: Callable[[FilePart], Sink]) -> Form:
    """Read a whole form. Raises Invalid if it is none or ends too early."""
    form = Form(request.headers.get("content-type", ""), open_file)
    await pour(request, form.feed)
    form.finish()
    return form
