"""Decodes the records of a COCO file, and says of those that cannot be decoded why not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import DecodeError, Struct

from safelight.formats.coco import Annotation, Category, Id, Image
from safelight.formats.json_stream import Element, Piece

LISTS: dict[str, msgspec.json.Decoder[list[Any]]] = {
    "images": msgspec.json.Decoder(list[Image]),
    "categories": msgspec.json.Decoder(list[Category]),
    "annotations": msgspec.json.Decoder(list[Annotation]),
}
_single: dict[str, msgspec.json.Decoder[Any]] = {
    "images": msgspec.json.Decoder(Image),
    "categories": msgspec.json.Decoder(Category),
    "annotations": msgspec.json.Decoder(Annotation),
}
_NOUNS = {"images": "image", "categories": "category", "annotations": "annotation"}


class _Named(Struct):
    id: Id


_named = msgspec.json.Decoder(_Named)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that cannot be taken, and why: its position in its piece, what it goes by (None: nothing but its
    place in the list), and what it refers to.
    """

    at: int
    name: str | None
    reason: str
    element: Element
    also: Sequence[str] = ()


def decoded(piece: Piece) -> tuple[list[Any], list[Refusal]]:
    """The records of a piece, None in the place of each that is refused."""
    if not piece.elements:
        return piece.records, []
    records: list[Any] = []
    refused: list[Refusal] = []
    for at, element in enumerate(piece.elements):
        try:
            records.append(_single[piece.key].decode(element.text))
        except (DecodeError, UnicodeDecodeError) as error:
            records.append(None)
            name, why = _name(piece.key, element), _why(element.text, error)
            refused.append(Refusal(at, name, why, element))
    return records, refused


def _name(key: str, element: Element) -> str | None:
    """The record by its id, where that can be read."""
    try:
        return f"{_NOUNS[key]} {_named.decode(element.text).id}"
    except (DecodeError, UnicodeDecodeError):
        pass
    try:
        content = json.loads(element.text)
    except ValueError:
        return None
    id = content.get("id") if isinstance(content, dict) else None
    return None if isinstance(id, bool) or not isinstance(id, int) else f"{_NOUNS[key]} {id}"


def _why(text: bytes, error: DecodeError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if any(word in text for word in (b"NaN", b"Infinity")) and "malformed" in str(error):
        return "it holds NaN or Infinity"
    return str(error).replace("Object missing", "it misses the").replace(" - at `$.", " - at `")
