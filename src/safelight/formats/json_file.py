"""Decodes small JSON texts, and says what is wrong with them in words that follow a record's name."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from msgspec import DecodeError, Raw

from safelight.formats.rejects import BadRecord

LIMIT = 256 * 1024**2
_BOM = b"\xef\xbb\xbf"


def decode(text: bytes | Raw, type: Any) -> Any:
    """Raises BadRecord."""
    try:
        return _decoder(type).decode(bytes(text).removeprefix(_BOM))
    except UnicodeDecodeError as error:
        raise BadRecord("it is not UTF-8") from error
    except RecursionError as error:
        raise BadRecord("it is nested too deeply") from error
    except DecodeError as error:
        reason = str(error).replace("Object missing", "it misses the")
        raise BadRecord(reason.replace(" - at `$.", " - at `")) from error


@cache
def _decoder(type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type)
