"""Moves all pointers of an import at once: before this the version is as it was, after it is done."""

from __future__ import annotations

from dataclasses import dataclass

from safelight.formats.coco_read import CocoFile
from safelight.formats.spill import Spill
from safelight.internals import import_labels
from safelight.internals.import_documents import Writer
from safelight.internals.import_labels import Labels
from safelight.internals.import_match import Picture, Pictures
from safelight.internals.operation import Operation, number
from safelight.store import assets, changes, data, pointers, versions
from safelight.store.assets import Edit, Move, NewAsset
from safelight.store.changes import ChangeSet
from safelight.store.db import Transaction
from safelight.store.versions import Version


@dataclass(frozen=True, slots=True)
class Import:
    """What was found before anything is written."""

    file: CocoFile
    spill: Spill
    pictures: Pictures
    labels: Labels


def switch(operation: Operation, version: Version, found: Import, writer: Writer) -> None:
    """Point the assets to the written documents. Others may have edited, added and removed assets
    since they were read: those are merged again, inside this one transaction.

    Raises Moved, Locked or AlreadyEnded, and changes nothing then.
    """
    organization_id, author = operation.organization_id, operation.author
    pictures = found.pictures
    with operation.db.transaction() as tx:
        version = versions.open_to_write(tx, organization_id, version.version_id, alone=True)
        operation.check_live(tx)
        version = import_labels.put(tx, version, found.labels, operation)
        change_set = changes.open_set(
            tx, organization_id, version.version_key, author, changes.ANNOTATIONS
        )
        known, new, again = _split(tx, version, pictures)
        again += _move(tx, change_set, version, known, writer)
        new += _merge_again(tx, change_set, version, again, writer)
        _add(tx, change_set, version, new, pictures, writer, operation)
        changes.announce(
            tx, organization_id, version.version_id, author, dataset_id=str(version.dataset_id)
        )
        _conclude(tx, operation, version, found, writer, len(new))
    operation.say(f"{number(len(pictures.all), 'picture')}, {number(writer.shapes, 'shape')}: done")


def _split(
    tx: Transaction, version: Version, pictures: Pictures
) -> tuple[list[Picture], list[Picture], list[Picture]]:
    """Pictures that were assets, those that shall become some, and those that others made to some."""
    known = [picture for picture in pictures.all if picture.asset_key is not None]
    rest = [picture for picture in pictures.all if picture.asset_key is None]
    _find_uploaded(tx, pictures, rest)
    keys = [picture.data_key for picture in rest if picture.data_key is not None]
    present = assets.keys_of_data(tx, version.version_key, keys)
    added = []
    for picture in rest:
        picture.asset_key = present.get(picture.data_key or 0)
        if picture.asset_key is not None:
            added.append(picture)
    return known, [picture for picture in rest if picture.asset_key is None], added


def _find_uploaded(tx: Transaction, pictures: Pictures, rest: list[Picture]) -> None:
    """Find files that came into the datalake since, so that no placeholder is made beside them."""
    newest = pointers.newest_data_key(tx, pictures.datalake_id)
    if newest == pictures.newest_data_key:
        return
    missing = [picture for picture in rest if picture.data_key is None]
    found = data.keys_by_filename(tx, pictures.datalake_id, [one.name for one in missing])
    for picture in missing:
        if picture.name in found:
            picture.data_key = found[picture.name][0]


def _move(
    tx: Transaction,
    change_set: ChangeSet,
    version: Version,
    known: list[Picture],
    writer: Writer,
) -> list[Picture]:
    """Move the pointers of assets; those that have moved since they were read are given back."""
    moves = []
    by_key = {}
    for picture in known:
        if picture.asset_key is None or picture.image not in writer.written:
            continue
        after, numbers = writer.written[picture.image]
        by_key[picture.asset_key] = picture
        if (after, picture.before) != (None, None):
            moves.append(Move(picture.asset_key, picture.before, after, numbers))
    stale = assets.switch(tx, change_set, version, moves)
    return [by_key[key] for key in stale]


def _merge_again(
    tx: Transaction,
    change_set: ChangeSet,
    version: Version,
    again: list[Picture],
    writer: Writer,
) -> list[Picture]:
    """Merge into what assets say now; pictures whose asset is gone are given back."""
    held = assets.hold(tx, version, [one.asset_key for one in again if one.asset_key is not None])
    edits = []
    gone = []
    for picture in again:
        asset = held.get(picture.asset_key or 0)
        if asset is None:
            picture.asset_key = None
            gone.append(picture)
            continue
        edits.append(Edit(asset, *writer.merge_into(picture, asset.document, asset.numbers)))
    assets.write(tx, change_set, version, edits)
    return gone


def _add(
    tx: Transaction,
    change_set: ChangeSet,
    version: Version,
    new: list[Picture],
    pictures: Pictures,
    writer: Writer,
    operation: Operation,
) -> None:
    """Add assets, in the order of the file, and placeholders where no file is."""
    new.sort(key=lambda picture: picture.image)
    unseen = [picture for picture in new if picture.data_key is None]
    keys = data.add_many(
        tx,
        pictures.datalake_id,
        [picture.placeholder for picture in unseen],
        operation.author.user_id,
    )
    for picture, key in zip(unseen, keys, strict=True):
        picture.data_key = key
    assets.add_pointing(
        tx,
        change_set,
        version,
        [NewAsset(picture.data_key or 0, *writer.written[picture.image]) for picture in new],
    )


def _conclude(
    tx: Transaction,
    operation: Operation,
    version: Version,
    found: Import,
    writer: Writer,
    added: int,
) -> None:
    """Write down what came out, in the transaction that makes it true."""
    summary = f"{number(len(found.pictures.all), 'picture')} · {number(writer.shapes, 'shape')}"
    if found.file.rejects.total:
        summary += f" · {number(found.file.rejects.total, 'bad record')} skipped"
    operation.result(
        tx,
        summary=summary,
        counts={
            "pictures": len(found.pictures.all),
            "shapes": writer.shapes,
            "new_assets": added,
            "new_labels": len(found.labels.new),
            "skipped": found.file.rejects.total,
        },
        outputs=[operation.output(version)],
    )
