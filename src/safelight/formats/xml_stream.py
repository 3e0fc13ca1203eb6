"""Reads XML record by record in bounded memory. No DTD and no entities: nothing is fetched, nothing swells.

A record is an element of a wanted name, with all that is in it; what lies around records is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol
from xml.etree import ElementTree as ET
from xml.parsers import expat

from safelight.errors import Invalid

CHUNK_BYTES = 256 * 1024
RECORD_LIMIT = 64 * 1024**2
DEPTH = 64
_BOM = b"\xef\xbb\xbf"
_DECLARATION = re.compile(rb"\s*<\?xml\s[^>]*\?>")
# Encodings in which what looks like ASCII is ASCII, so that a DTD is seen.
_PLAIN = re.compile(rb"encoding\s*=\s*[\"'](utf-8|us-ascii|iso-8859-1)[\"']", re.IGNORECASE)


@dataclass(slots=True)
class Node:
    """An element: where it begins and ends in the file, and its text without that of its children."""

    tag: str
    attributes: dict[str, str]
    offset: int
    line: int
    children: list[Node] = field(default_factory=list)
    text: str = ""
    end: int = 0
    raw: bytes = b""  # of a record: as it stands in the file

    def __len__(self) -> int:
        return len(self.children)

    def findall(self, tag: str) -> list[Node]:
        return [child for child in self.children if child.tag == tag]

    def find(self, tag: str) -> Node | None:
        return next((child for child in self.children if child.tag == tag), None)

    def findtext(self, tag: str) -> str | None:
        child = self.find(tag)
        return child.text if child is not None else None

    def piece(self, child: Node) -> bytes:
        """How something inside a record stands in the file."""
        return self.raw[child.offset - self.offset : child.end - self.offset]


class Element(Protocol):
    """What a `Node` and an element of the standard library have in common."""

    @property
    def text(self) -> str | None: ...
    def __len__(self) -> int: ...
    def find(self, path: str, /) -> Element | None: ...
    def findall(self, path: str, /) -> Sequence[Element]: ...
    def findtext(self, path: str, /) -> str | None: ...


def said(element: Element, tag: str) -> str | None:
    """The text of the first child of that name, if it says anything."""
    return (element.findtext(tag) or "").strip() or None


def quickly(content: bytes, tag: str) -> Element | None:
    """The outermost element of a small file, by a parser that is ten times as fast and knows no places.

    None for what must be read with care, by `records`: it is broken, is another element, has a DTD, or
    has an encoding in which a DTD does not look like one.
    """
    if b"<!DOCTYPE" in content or b"\0" in content or not _is_plain(content):
        return None
    try:
        root = ET.fromstring(content)  # noqa: S314 - without a DTD there are no entities
    except (ET.ParseError, ValueError, LookupError):
        return None
    return root if root.tag == tag else None


def _is_plain(content: bytes) -> bool:
    declaration = _DECLARATION.match(content.removeprefix(_BOM))
    said = declaration[0] if declaration else b""
    return b"encoding" not in said.lower() or _PLAIN.search(said) is not None


def root_of(file: BinaryIO) -> str:
    """The name of the outermost element. Raises Invalid."""
    parsing = _Parsing(frozenset())
    while not parsing.root and parsing.feed(file.read(4096)):
        pass
    return parsing.root


def records(file: BinaryIO, *tags: str) -> Iterator[Node]:
    """The elements of these names, none inside another. Raises Invalid, naming the line, where the
    file is not XML or more than is read.
    """
    parsing = _Parsing(frozenset(tags))
    goes_on = True
    while goes_on:
        goes_on = parsing.feed(file.read(CHUNK_BYTES))
        yield from parsing.take()


class _Parsing:
    def __init__(self, tags: frozenset[str]) -> None:
        self._tags = tags
        self._open: list[Node] = []  # from the record down to where we are
        self._texts: list[list[str]] = []
        self._depth = 0
        self._done: list[Node] = []
        self._held = b""  # the file from the record on
        self._held_at = 0
        self.root = ""
        self._parser = expat.ParserCreate(namespace_separator=None)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes) -> bool:
        """False at the end of the file."""
        parser = self._parser
        # Between records, what has begun and not ended yet: it may be the beginning of one.
        keep_from = self._open[0].offset if self._open else max(parser.CurrentByteIndex, 0)
        self._held = self._held[keep_from - self._held_at :] + chunk
        self._held_at = keep_from
        if len(self._held) > RECORD_LIMIT + CHUNK_BYTES:
            line = self._open[0].line if self._open else parser.CurrentLineNumber
            raise Invalid(f"The record at line {line} is too large to be read.")
        try:
            self._parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise Invalid(f"The file is not XML at line {error.lineno}: {reason}.") from error
        except (ValueError, LookupError) as error:  # of encodings
            raise Invalid(f"The file is not XML: {error}.") from error
        return bool(chunk)

    def take(self) -> list[Node]:
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self.root = self.root or tag
        if self._depth > DEPTH:
            raise Invalid(f"Line {self._parser.CurrentLineNumber} is nested too deeply.")
        if not self._open and tag not in self._tags:
            return
        parser = self._parser
        node = Node(tag, attributes, parser.CurrentByteIndex, parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(node)
        self._open.append(node)
        self._texts.append([])

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        node = self._open.pop()
        node.text = "".join(self._texts.pop())
        node.end = self._end_of_tag()
        if not self._open:
            node.raw = self._held[node.offset - self._held_at : node.end - self._held_at]
            self._done.append(node)

    def _end_of_tag(self) -> int:
        """Expat stands before `</tag>`, but behind `<tag/>`."""
        at = self._parser.CurrentByteIndex - self._held_at
        is_behind = self._held[at - 2 : at] == b"/>" and self._held[at : at + 2] != b"</"
        return self._held_at + (at if is_behind else self._held.find(b">", at) + 1)

    def _text(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)

    def _doctype(self, *_said: object) -> None:
        line = self._parser.CurrentLineNumber
        raise Invalid(f"The file has a DTD at line {line}; XML is read without one.")
