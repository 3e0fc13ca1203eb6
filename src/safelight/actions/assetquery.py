"""Which pictures of a version somebody asks for: the names of a query become the filter that the store walks by."""

from __future__ import annotations

from uuid import UUID

from safelight.domain.assetquery import AssetQuery
from safelight.errors import NotFound
from safelight.ids import Kind
from safelight.store import labels, packed
from safelight.store.assets import AssetFilter
from safelight.store.data import DataFilter
from safelight.store.db import Read
from safelight.store.versions import Version


def filter_of(read: Read, version: Version, query: AssetQuery, *, search: str = "") -> AssetFilter:
    """The filter that a query means in this version, and a part of the name beside it.

    Raises NotFound naming a label that the version does not have.
    """
    shapes = query.shapes
    chosen = tuple(label_key(read, version, label) for label in query.labels)
    return AssetFilter(
        label_keys=(chosen,) if chosen else (),
        without_label_keys=tuple(label_key(read, version, one) for one in query.without_labels),
        is_annotated=query.is_annotated,
        min_shapes=None if shapes is None else shapes.low,
        max_shapes=None if shapes is None else shapes.high,
        tags=tuple(frozenset({tag}) for tag in query.tags),
        data=DataFilter(search=search, words=query.words, width=query.width, height=query.height),
    )


def label_key(read: Read, version: Version, label: str) -> int:
    """Of the label of this name or id. Raises NotFound."""
    known = labels.get(read, version)
    named = known.named(label)
    if named is not None:
        return named.key
    try:
        address = packed.packed(read).read(UUID(label), Kind.LABEL)
    except ValueError:
        raise NotFound(f"The version has no label {label!r}.", label=label) from None
    if address.key != version.version_key:
        raise NotFound("The version has no such label.", label=label)
    return known.label(address.number).key
