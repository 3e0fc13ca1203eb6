"""Reads a small JSON file whole, entry by entry: one bad entry does not spoil its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import DecodeError, Raw

from safelight.formats.rejects import BadRecord

LIMIT = 256 * 1024**2
_BOM = b"\xef\xbb\xbf"

_object = msgspec.json.Decoder(dict[str, Raw])
_list = msgspec.json.Decoder(list[Raw])


def decode(text: bytes | Raw, type: Any) -> Any:
    """Raises BadRecord, in words that follow the record's name."""
    return _decoded(text, _decoder(type))


@cache
def _decoder(type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type)


def entries(text: bytes | Raw) -> dict[str, Raw]:
    """The values of an object as they are written. Raises BadRecord."""
    return dict(_decoded(text, _object))


def elements(text: bytes | Raw) -> list[Raw]:
    """The elements of a list as they are written. Raises BadRecord."""
    return list(_decoded(text, _list))


def _decoded(text: bytes | Raw, decoder: msgspec.json.Decoder[Any]) -> Any:
    try:
        return decoder.decode(bytes(text).removeprefix(_BOM) if isinstance(text, bytes) else text)
    except UnicodeDecodeError as error:
        raise BadRecord("it is not UTF-8") from error
    except RecursionError as error:
        raise BadRecord("it is nested too deeply") from error
    except DecodeError as error:
        reason = (
            str(error).replace("Object missing", "it misses the").replace(" - at `$.", " - at `")
        )
        raise BadRecord(reason) from error


def placed(text: bytes, parts: Iterator[Raw] | list[Raw], start: int = 0) -> Iterator[int]:
    """Where each of consecutive parts begins in the text that they were cut from."""
    for part in parts:
        start = text.find(bytes(part), start)
        yield start
        start += len(bytes(part))
