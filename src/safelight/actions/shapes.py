"""Editing what is said of assets, one annotation or shape at a time and in bulk.

Each edit reads the document behind a lock of its asset and writes a new one in the same
transaction, so threads that add shapes to one annotation lose none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from safelight.domain.annotations import Annotation, Document, MergeMode, Numbers, merge
from safelight.domain.datasets import LabelList
from safelight.domain.permissions import Actor
from safelight.errors import NotFound
from safelight.ids import Kind
from safelight.store import assets, changes, labels, packed, versions
from safelight.store.assets import Asset, Edit
from safelight.store.changes import Author, ChangeSet
from safelight.store.db import Database, Read, Transaction
from safelight.store.packed import Packed
from safelight.store.versions import Version

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Scene:
    """What shapes are understood with: their version, its labels, and the packer of public ids."""

    version: Version
    labels: LabelList
    packed: Packed
    label_names: dict[int, str]  # by key


@dataclass(frozen=True, slots=True)
class Said(Scene):
    """What is said of one asset."""

    asset: Asset
    document: Document


Change = Callable[[Said, int], tuple[Document, Numbers]]  # of what is said, at a time


def scene(read: Read, version: Version) -> Scene:
    known = labels.get(read, version)
    names = {label.key: label.name for label in known.labels}
    return Scene(version, known, packed.packed(read), names)


def said(read: Read, organization_id: UUID, asset_key: int) -> Said:
    """Raises NotFound."""
    asset = assets.get(read, organization_id, asset_key, contents=True)
    version = versions.by_key(read, organization_id, asset.version_key)
    return _said(scene(read, version), asset, asset.document)


def of_asset(scene: Scene, asset: Asset) -> Said:
    """What an asset says that was read with its contents."""
    return _said(scene, asset, asset.document)


def _said(scene: Scene, asset: Asset, document: Document) -> Said:
    return Said(scene.version, scene.labels, scene.packed, scene.label_names, asset, document)


def edit(db: Database, by: Actor, asset_key: int, change: Change) -> Said:
    """Change what is said of one asset; what is said afterwards.

    Raises NotFound, Locked, and what `change` raises; then nothing is changed.
    """
    with db.transaction() as tx:
        known = assets.get(tx, by.organization_id, asset_key)
        version = versions.open_key_to_write(tx, by.organization_id, known.version_key)
        held = assets.hold(tx, version, [asset_key]).get(asset_key)
        if held is None:
            raise NotFound("There is no such asset.")
        before = _said(scene(tx, version), held, held.document)
        document, numbers = change(before, tx.now)
        _write(tx, by, version, [Edit(held, document, numbers)])
        return _said(before, held, document)


@dataclass(frozen=True, slots=True)
class Arriving:
    """An annotation to be merged into what an asset says."""

    asset_key: int
    draft: Annotation


@dataclass(frozen=True, slots=True)
class Merged:
    """Where it went: the annotation's number, and how many shapes were made."""

    asset_key: int
    annotation_number: int
    shapes: int


def merge_many(
    db: Database,
    by: Actor,
    version_id: UUID,
    arriving: Callable[[Scene, int], Sequence[Arriving]],
    mode: MergeMode,
) -> tuple[Scene, list[Merged]]:
    """Merge annotations for many assets of one version, all or none.

    Raises NotFound (also for an asset of another version), Locked, and what `arriving` raises.
    """
    with db.transaction() as tx:
        version = versions.open_to_write(tx, by.organization_id, version_id)
        view = scene(tx, version)
        items = arriving(view, tx.now)
        held = assets.hold(tx, version, [item.asset_key for item in items])
        edits: dict[int, Edit] = {}
        merged = [_merge_one(item, held, edits, mode) for item in items]
        _write(tx, by, version, list(edits.values()))
        return view, merged


def _merge_one(
    item: Arriving, held: dict[int, Asset], edits: dict[int, Edit], mode: MergeMode
) -> Merged:
    asset = held.get(item.asset_key)
    if asset is None:
        raise NotFound("This version has no such asset.", asset_key=item.asset_key)
    now = edits.get(item.asset_key) or Edit(asset, asset.document, asset.numbers)
    document, numbers = merge(now.document, item.draft, mode, now.numbers)
    assert document.last is not None, "merging never empties"
    made = numbers.shape - now.numbers.shape
    if document is not now.document:
        edits[item.asset_key] = Edit(asset, document, numbers)
    return Merged(item.asset_key, document.last.number, made)


def remove_annotations(
    db: Database,
    by: Actor,
    version_id: UUID,
    *,
    asset_keys: Sequence[int] | None = None,
    only: frozenset[tuple[int, int]] | None = None,
) -> None:
    """Take away all annotations of these assets (None: of all), or `only` those, as (asset key,
    annotation number). In steps, so that other writers get their turn. Raises NotFound, Locked.
    """
    if asset_keys is None:
        if only is not None:
            asset_keys = sorted({asset_key for asset_key, _ in only})
        else:
            asset_keys = _annotated(db, by.organization_id, version_id)
    steps = range(0, max(len(asset_keys), 1), AT_ONCE)  # at least one: it checks version and lock
    change_set = None
    for at in steps:
        with db.transaction() as tx:
            version = versions.open_to_write(tx, by.organization_id, version_id)
            held = assets.hold(tx, version, asset_keys[at : at + AT_ONCE])
            edits = list(_without(held.values(), only))
            change_set = _write(tx, by, version, edits, change_set) or change_set


def _annotated(db: Database, organization_id: UUID, version_id: UUID) -> list[int]:
    with db.read() as read:
        version = versions.get(read, organization_id, version_id)
        return [
            asset.asset_key
            for asset in assets.every(read, version.version_key)
            if asset.document_key is not None
        ]


def _without(held: Iterable[Asset], only: frozenset[tuple[int, int]] | None) -> Iterable[Edit]:
    for asset in held:
        document = asset.document
        left = tuple(
            one
            for one in document.annotations
            if only is not None and (asset.asset_key, one.number) not in only
        )
        if len(left) < len(document.annotations):
            yield Edit(asset, Document(left), asset.numbers)


def _write(
    tx: Transaction,
    by: Actor,
    version: Version,
    edits: Sequence[Edit],
    same: ChangeSet | None = None,
) -> ChangeSet | None:
    if not edits:
        return None
    author = Author(by.user_id, by.run_id)
    change_set = changes.open_set(
        tx, version.organization_id, version.version_key, author, changes.ANNOTATIONS, same=same
    )
    assets.write(tx, change_set, version, edits)
    changes.announce(
        tx, version.organization_id, version.version_id, author, dataset_id=str(version.dataset_id)
    )
    return change_set


def label_key(scene: Scene, label_id: UUID) -> int:
    """The key of a label of the scene's version. Raises NotFound naming the id."""
    address = scene.packed.read(label_id, Kind.LABEL)
    if address.key != scene.version.version_key or address.number not in scene.label_names:
        raise NotFound(f"This version has no label {label_id}.", label_id=label_id)
    return address.number
