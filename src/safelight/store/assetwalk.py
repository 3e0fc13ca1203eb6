"""Walks a version newest first for what a filter lets through, so that no question costs more than a step.

Counted blocks tell by bits which assets may fit; blocks that are not counted, and what bits do not know, are
looked at asset by asset, no more than STEP of them: the answer says how far it came, and the next step goes on
from there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from sqlalchemy import ColumnElement, select

from safelight.domain import facets
from safelight.store import assetblocks, assets, schema
from safelight.store.assets import Asset, AssetFilter
from safelight.store.db import Read
from safelight.store.versions import Version

_assets, _facets = schema.asset, schema.asset_facet
STEP = 8192
_LAST = 2**62  # no key comes near
_AT_ONCE = 4000


@dataclass(frozen=True, slots=True)
class Found:
    """`reached`: go on before this key; None at the end."""

    assets: list[Asset]
    reached: int | None


@dataclass(frozen=True, slots=True)
class _Bits:
    """Whoever fits has one of the facets of each group, and of `without` none."""

    groups: tuple[Sequence[int], ...]
    without: Sequence[int]

    @classmethod
    def of(cls, wanted: AssetFilter) -> _Bits:
        groups: list[Sequence[int]] = list(wanted.label_keys)
        if wanted.is_annotated:
            groups.append([facets.ANNOTATED])
        if wanted.min_shapes is not None or wanted.max_shapes is not None:
            groups.append(facets.crowds(wanted.min_shapes, wanted.max_shapes))
        without = list(wanted.without_label_keys)
        if wanted.is_annotated is False:
            without.append(facets.ANNOTATED)
        return cls(tuple(groups) or ([facets.ALL],), without)

    @property
    def all(self) -> set[int]:
        return {facet for few in (*self.groups, self.without) for facet in few}

    def keys(self, block: int, bits: dict[int, int]) -> list[int]:
        """The keys in a block that may fit, newest first."""
        fit = reduce(and_, (reduce(or_, (bits.get(one, 0) for one in few)) for few in self.groups))
        fit &= ~reduce(or_, (bits.get(one, 0) for one in self.without), 0)
        return [block * assetblocks.WIDTH + place for place in _places(fit)]


def _places(bits: int) -> list[int]:
    """Where the ones stand, highest first."""
    digits = f"{bits:b}"
    top = len(digits) - 1
    return [top - at for at, digit in enumerate(digits) if digit == "1"] if bits else []


def walk(
    read: Read,
    version: Version,
    wanted: AssetFilter,
    *,
    before: int | None = None,
    limit: int,
    contents: bool = False,
) -> Found:
    """What fits, newest first: up to `limit`, or as far as one step goes."""
    if wanted.is_empty:
        everything = assets.page(
            read, version.version_key, before=before, limit=limit, contents=contents
        )
        return _found(everything, limit, None)
    found: list[Asset] = []
    left = STEP
    for piece in _pieces(read, version, _Bits.of(wanted), _LAST if before is None else before):
        keys = _there(read, version, piece, left) if isinstance(piece, range) else piece
        at, many = 0, limit
        while at < len(keys):
            some = keys[at : at + many]
            rest = limit - len(found)
            found += assets.some_of(
                read, version.version_key, wanted, _among(some), limit=rest, contents=contents
            )
            if len(found) == limit:
                return _found(found, limit, None)
            at, many = at + many, min(many * 4, _AT_ONCE)
            left -= len(some)
            if left <= 0:
                return Found(found, some[-1])
    return _found(found, limit, None)


def _among(keys: Sequence[int]) -> ColumnElement[bool]:
    """Where most of a stretch may fit, the stretch: it is quicker to look at all of it than to name them."""
    if 2 * len(keys) > keys[0] - keys[-1]:
        return _assets.c.asset_key.between(keys[-1], keys[0])
    return _assets.c.asset_key.in_(keys)


def _pieces(read: Read, version: Version, bits: _Bits, before: int) -> Iterator[Sequence[int]]:
    """What to look at, newest first: keys of a counted block, or a range of keys that is not counted."""
    key, width = version.version_key, assetblocks.WIDTH
    is_whole = assetblocks.progress(read, key).assets == version.asset_count
    known = _known(read, key, bits.all, (before - 1) // width)
    top = before
    for block in assetblocks.counted(read, key):
        bottom = block * width
        if bottom >= before:
            continue
        if not is_whole and bottom + width < top:
            yield range(bottom + width, top)
        yield [one for one in bits.keys(block, known.get(block, {})) if one < before]
        top = bottom
    if not is_whole:
        yield range(top)


def _known(
    read: Read, version_key: int, wanted: Collection[int], last: int
) -> dict[int, dict[int, int]]:
    """By block and facet."""
    rows = read.execute(
        select(_facets.c.block, _facets.c.facet, _facets.c.bits).where(
            _facets.c.version_key == version_key,
            _facets.c.facet.in_(sorted(wanted)),
            _facets.c.block <= last,
        )
    )
    known: dict[int, dict[int, int]] = {}
    for block, facet, bits in rows:
        known.setdefault(block, {})[facet] = assetblocks.as_bits(bits)
    return known


def _there(read: Read, version: Version, within: range, limit: int) -> list[int]:
    """The keys of the version in a range, newest first."""
    key = _assets.c.asset_key
    rows = read.all(
        select(key)
        .where(
            _assets.c.version_key == version.version_key,
            key.between(within.start, within.stop - 1),
        )
        .order_by(key.desc())
        .limit(limit)
    )
    return [row.asset_key for row in rows]


def _found(found: list[Asset], limit: int, reached: int | None) -> Found:
    return Found(found, found[-1].asset_key if len(found) == limit else reached)
