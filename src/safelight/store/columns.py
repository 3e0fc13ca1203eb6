"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    literal,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
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


class _MetadataText(GenericFunction[str]):
    """The value of a key of a JSON object as text: strings without their quotes, the rest as JSON."""

    name = "json_value_text"
    inherit_cache = True
    type = Text()


@compiles(_MetadataText, "sqlite")
def _on_sqlite(element: _MetadataText, compiler: SQLCompiler, **more: Any) -> str:
    column, key = (compiler.process(clause, **more) for clause in element.clauses)
    path = f"""('$."' || {key} || '"')"""  # without it `$...` would be a path of its own
    return (  # `->>` alone would turn true into 1
        f"CASE WHEN json_type({column}, {path}) = 'text' "
        f"THEN {column} ->> {path} ELSE {column} -> {path} END"
    )


@compiles(_MetadataText, "postgresql")
def _on_postgresql(element: _MetadataText, compiler: SQLCompiler, **more: Any) -> str:
    column, key = (compiler.process(clause, **more) for clause in element.clauses)
    return f"(CAST({column} AS jsonb) ->> CAST({key} AS text))"


def says(column: ColumnElement[Any], key: str, value: str) -> ColumnElement[bool]:
    """The object in a JSON column has this key with this value, written as people write it."""
    text = _MetadataText(type_coerce(column, Text), literal(key, Text))
    return text == literal(value, Text)


# An integer key that is never reissued: AUTOINCREMENT on SQLite, identity on PostgreSQL.
Key = BigInteger().with_variant(Integer, "sqlite")

# A point in time: microseconds since 1970 UTC.
Instant = BigInteger
