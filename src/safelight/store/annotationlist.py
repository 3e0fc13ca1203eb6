"""All annotations of a version as one list, of which a page is read without the rest: blocks of assets (see
`assetblocks`) are passed over by what was counted of them. Shapes are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from safelight.domain import statistics
from safelight.domain.annotations import AnnotationStatus, Head, parse_heads
from safelight.domain.statistics import STATUSES, Counted
from safelight.store import assetblocks, schema
from safelight.store.db import Read

_assets, _blocks, _documents = schema.asset, schema.asset_block, schema.document


@dataclass(frozen=True, slots=True)
class Listed:
    """An annotation and the asset it is of."""

    asset_key: int
    head: Head


@dataclass(frozen=True, slots=True)
class Page:
    """`total`: of all pages."""

    annotations: list[Listed]
    total: int


def count(read: Read, version_key: int) -> int:
    return sum(_numbers(read, version_key, None).values())


def page(
    read: Read,
    version_key: int,
    status: AnnotationStatus | None = None,
    *,
    offset: int = 0,
    limit: int,
    oldest_first: bool = False,
) -> Page:
    """Those of the newest asset first, and of each asset its newest one first."""
    numbers = _numbers(read, version_key, status)
    found: list[Listed] = []
    skip = offset
    for block in sorted(numbers, reverse=not oldest_first):
        if skip >= numbers[block]:
            skip -= numbers[block]
            continue
        some = _read(read, version_key, status, assetblocks.within(block))
        found += some[:: 1 if oldest_first else -1][skip : skip + limit - len(found)]
        skip = 0
        if len(found) == limit:
            break
    return Page(found, sum(numbers.values()))


def every(read: Read, version_key: int, status: AnnotationStatus | None = None) -> Iterator[Listed]:
    """All of them in the order of `page`, read block by block."""
    for block in assetblocks.all_of(read, version_key):
        yield from reversed(_read(read, version_key, status, assetblocks.within(block)))


def of_assets(
    read: Read, version_key: int, asset_keys: Sequence[int], status: AnnotationStatus | None = None
) -> list[Listed]:
    """Those of some assets in the order of `page`."""
    return _read(read, version_key, status, _assets.c.asset_key.in_(asset_keys))[::-1]


def _numbers(read: Read, version_key: int, status: AnnotationStatus | None) -> dict[int, int]:
    """How many annotations each block has; what is not counted yet is counted now."""
    mine = (_blocks.c.version_key == version_key, _blocks.c.assets > 0)
    rows = read.execute(select(_blocks.c.block, _blocks.c.statistics).where(*mine))
    numbers = {
        block: _number(statistics.parse(bytes(content)).annotations, status)
        for block, content in rows
    }
    for block in assetblocks.uncounted(read, version_key):
        numbers[block] = len(_read(read, version_key, status, assetblocks.within(block)))
    return numbers


def _number(counted: Counted, status: AnnotationStatus | None) -> int:
    return sum(counted.values()) if status is None else counted.get(STATUSES.index(status), 0)


def _read(
    read: Read, version_key: int, status: AnnotationStatus | None, *within: ColumnElement[bool]
) -> list[Listed]:
    """In the order of creation: of assets, and within each."""
    rows = read.execute(
        select(_assets.c.asset_key, _documents.c.content)
        .join(_documents, _documents.c.document_key == _assets.c.document_key)
        .where(_assets.c.version_key == version_key, *within)
        .order_by(_assets.c.asset_key)
    )
    return [
        Listed(asset_key, head)
        for asset_key, content in rows
        for head in parse_heads(bytes(content))
        if head.has(status)
    ]
