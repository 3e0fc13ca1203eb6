"""Identifiers: time-ordered UUIDv7 for objects, packed UUIDv8 for what lives inside documents."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562 5.7), strictly increasing within this process.

    The 12 bits after the milliseconds hold its fraction (method 3 of section 6.2), so ids
    made by one process sort in the order they were made.
    """
    global _last
    with _lock:
        now = time.time_ns() * 4096 // 1_000_000
        _last = now = max(now, _last + 1)
    milliseconds, fraction = now >> 12, now & 0xFFF
    tail = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    return UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | tail)


class Kind(IntEnum):
    """What a packed id addresses."""

    ASSET = 1
    ANNOTATION = 2
    SHAPE = 3
    LABEL = 4
    LABEL_GROUP = 5
    CHANGE_SET = 6


@dataclass(frozen=True, slots=True)
class Address:
    """Where a thing lives. `key`: asset key, version key for labels, or change set key. `number`: annotation
    number within the asset, or label key. `shape`: shape number within the asset.
    """

    kind: Kind
    key: int
    number: int = 0
    shape: int = 0


_KINDS = frozenset(int(kind) for kind in Kind)

# Widths of the packed fields, high to low; they fill the 122 free bits of a UUIDv8.
_KIND, _KEY, _NUMBER, _SHAPE, _SALT = 4, 40, 26, 28, 24


def pack(address: Address, salt: int) -> UUID:
    """The public UUIDv8 (RFC 9562 5.8) of an address; `salt` has 24 bits."""
    value = 0
    for field, width in (
        (int(address.kind), _KIND),
        (address.key, _KEY),
        (address.number, _NUMBER),
        (address.shape, _SHAPE),
        (salt, _SALT),
    ):
        if not 0 <= field < 1 << width:
            raise OverflowError(f"{address} does not fit a packed id")
        value = value << width | field
    high, middle, low = value >> 74, value >> 62 & 0xFFF, value & (1 << 62) - 1
    return UUID(int=high << 80 | 8 << 76 | middle << 64 | 0b10 << 62 | low)


def unpack(packed: UUID, salt: int) -> Address | None:
    """The address behind a packed id, or None if it is not one of this installation's."""
    if packed.version != 8:
        return None
    raw = packed.int
    value = (raw >> 80) << 74 | (raw >> 64 & 0xFFF) << 62 | raw & (1 << 62) - 1
    fields = []
    for width in (_SALT, _SHAPE, _NUMBER, _KEY, _KIND):
        fields.append(value & (1 << width) - 1)
        value >>= width
    found_salt, shape, number, key, kind = fields
    if found_salt != salt or kind not in _KINDS:
        return None
    return Address(Kind(kind), key, number, shape)
