"""Saying something of a picture by label names, as scripts do: new pictures, and new shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from safelight.actions.context import Context
from safelight.actions.data import Arrival
from safelight.actions.datasets import announce, author
from safelight.domain.annotations import EMPTY, Annotation, ShapeKind, add_annotation, draft
from safelight.domain.datasets import check_name
from safelight.domain.permissions import Actor
from safelight.errors import Conflict, Invalid, NameTaken
from safelight.store import assets, changes, data, datalakes, labels, versions
from safelight.store.assets import Asset, AssetFilter, Edit
from safelight.store.data import Data, DataFilter
from safelight.store.db import Database, Read, Transaction
from safelight.store.versions import Version

_KINDS = {kind.word: kind for kind in ShapeKind}


@dataclass(frozen=True, slots=True)
class NamedShape:
    """A shape whose label is given by name."""

    kind: ShapeKind
    label: str
    geometry: Any = None
    text: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


def read_shapes(value: Any) -> list[NamedShape]:
    """Shapes from JSON: `[{"kind": "rectangle", "label": "apple", "geometry": [x, y, w, h]}]`.

    Raises Invalid naming the first that is none.
    """
    if not isinstance(value, list):
        raise Invalid("Shapes are a list.", field="shapes")
    return [_read_shape(position, one) for position, one in enumerate(value)]


def _read_shape(position: int, value: Any) -> NamedShape:
    where = f"shapes.{position}"
    if not isinstance(value, dict) or value.get("kind") not in _KINDS:
        raise Invalid(f"A shape has a kind, one of {', '.join(_KINDS)}.", field=where)
    if not isinstance(value.get("label"), str):
        raise Invalid("A shape has a label, by its name.", field=where)
    attributes = value.get("attributes") or {}
    if not isinstance(attributes, dict):
        raise Invalid("The attributes of a shape are an object.", field=where)
    return NamedShape(
        _KINDS[value["kind"]],
        check_name(value["label"], "label"),
        value.get("geometry"),
        value.get("text"),
        attributes,
    )


def set_shapes(db: Database, by: Actor, asset_key: int, shapes: Sequence[NamedShape]) -> Asset:
    """Let an asset say this and nothing else; labels that the version lacks are made.

    Raises NotFound, Locked, Invalid.
    """
    with db.read() as read:
        known = assets.get(read, by.organization_id, asset_key)
        version = versions.by_key(read, by.organization_id, known.version_key)
        alone = _lacks_a_label(read, version, shapes)
    with db.transaction() as tx:
        version = versions.open_key_to_write(
            tx, by.organization_id, version.version_key, alone=alone
        )
        _say(tx, by, version, asset_key, shapes)
        return assets.get(tx, by.organization_id, asset_key, contents=True)


def _lacks_a_label(read: Read, version: Version, shapes: Sequence[NamedShape]) -> bool:
    return not {shape.label for shape in shapes} <= labels.get(read, version).keys.keys()


def _say(
    tx: Transaction, by: Actor, version: Version, asset_key: int, shapes: Sequence[NamedShape]
) -> None:
    keys = labels.ensure(tx, version, [shape.label for shape in shapes], author(by))
    held = assets.hold(tx, version, [asset_key])
    if asset_key not in held:
        raise Conflict("The asset was taken out of its version meanwhile.")
    asset = held[asset_key]
    document, numbers = EMPTY, asset.numbers
    if shapes:
        drafts = tuple(
            draft(one.kind, keys[one.label], one.geometry, text=one.text, attributes=one.attributes)
            for one in shapes
        )
        document, numbers = add_annotation(EMPTY, Annotation(0, tx.now, shapes=drafts), numbers)
    if document.annotations or asset.document_key is not None:
        change_set = changes.open_set(
            tx, by.organization_id, version.version_key, author(by), changes.ANNOTATIONS
        )
        assets.write(tx, change_set, version, [Edit(asset, document, numbers)])
        announce(tx, by, version)


def add_picture(
    context: Context, by: Actor, version_id: UUID, arrival: Arrival, shapes: Sequence[NamedShape]
) -> Asset:
    """A picture that has arrived becomes data of the default datalake and an asset with shapes.

    The same name and bytes again give the asset that exists these shapes, so that a script may
    repeat itself. Raises Invalid if it is not a picture, NameTaken if another picture of the version
    has the name, NotFound, Locked.
    """
    arrival.look()
    with context.db.read() as read:
        version = versions.get(read, by.organization_id, version_id)
        versions.check_unlocked(version)
        present = _find(read, version, arrival)
        lake = datalakes.default(read, by.organization_id)
        twin = present.data if present else _twin(read, lake.datalake_id, arrival)
    if twin is None or twin.is_placeholder:
        twin = arrival.enter(lake.datalake_id)
    with context.db.transaction() as tx:
        version = versions.open_to_write(tx, by.organization_id, version_id, alone=True)
        present = _find(tx, version, arrival)  # the same request may have been here meanwhile
        asset_key = present.asset_key if present else _add(tx, by, version, twin)
        _say(tx, by, version, asset_key, shapes)
        return assets.get(tx, by.organization_id, asset_key, contents=True)


def _find(read: Read, version: Version, arrival: Arrival) -> Asset | None:
    """The asset that the picture is, or is going to fill. Raises NameTaken if it is another."""
    named = AssetFilter(data=DataFilter(filenames=[arrival.filename]))
    found = assets.find(read, version.version_key, named)
    if found is None or found.data.sha256 == arrival.sha256:
        return found
    size = (arrival.look().width, arrival.look().height)
    if found.data.is_placeholder and (found.data.width, found.data.height) == size:
        return found
    raise NameTaken(
        f"Version {version.name} has another picture named {arrival.filename!r}.",
        name=arrival.filename,
    )


def _twin(read: Read, datalake_id: UUID, arrival: Arrival) -> Data | None:
    """The same file, left in the datalake by a request that did not get to its end."""
    found = data.find(read, datalake_id, filename=arrival.filename)
    return found if found is not None and found.sha256 == arrival.sha256 else None


def _add(tx: Transaction, by: Actor, version: Version, picture: Data) -> int:
    change_set = changes.open_set(
        tx, by.organization_id, version.version_key, author(by), changes.ASSETS
    )
    assets.add(tx, change_set, version, [picture.data_key])
    announce(tx, by, version)
    return assets.keys_of_data(tx, version.version_key, [picture.data_key])[picture.data_key]
