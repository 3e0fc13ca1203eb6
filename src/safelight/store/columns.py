"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine


class Id(TypeDecorator[UUID]):
    """A UUID: 16 bytes on SQLite, `uuid` on PostgreSQL. Sorts by its bytes on both."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary(16))
        return dialect.type_descriptor(Uuid(as_uuid=True))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return value.bytes

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        # Not `process_result_value`: it would be two more calls for each id of each row.
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return _from_bytes


@lru_cache(maxsize=16_384)
def _from_bytes(value: bytes | None) -> UUID | None:
    """Remembered: making a UUID costs more than reading it, and lists name the same ids over and over."""
    return None if value is None else UUID(bytes=value)


class Json(TypeDecorator[Any]):
    """A JSON value kept as text, byte for byte the same on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


# An integer key that is never reissued: AUTOINCREMENT on SQLite, identity on PostgreSQL.
Key = BigInteger().with_variant(Integer, "sqlite")

# A point in time: microseconds since 1970 UTC.
Instant = BigInteger
