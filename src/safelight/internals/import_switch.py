"""Moves all pointers of an import at once: before this the version is as it was, after it is done.

Others wait as long as this takes, so what can be put together before is staged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from safelight.batches import batches
from safelight.formats.found import Found
from safelight.formats.spill import Spill
from safelight.internals import import_labels
from safelight.internals.checkpoints import Checkpoints
from safelight.internals.import_documents import Writer
from safelight.internals.import_labels import Labels
from safelight.internals.import_matched import Picture, Pictures
from safelight.internals.import_rejects import Upload
from safelight.internals.operation import Operation, number
from safelight.store import assets, changes, data, objects, pointers, staged, versions
from safelight.store.assets import Edit, Move
from safelight.store.changes import ChangeSet
from safelight.store.db import Transaction
from safelight.store.staged import StagedAsset, Staging
from safelight.store.versions import Version

AT_ONCE = 20_000  # pictures


@dataclass(frozen=True, slots=True)
class Import:
    """What was found before anything is written."""

    file: Found
    spill: Spill
    pictures: Pictures
    labels: Labels


@contextmanager
def prepare(operation: Operation, found: Import, writer: Writer) -> Iterator[Staging]:
    """Stage the pictures that shall become assets."""
    with Staging(operation.db) as staging:
        staging.fill(_rows(found.pictures.new, writer))
        yield staging


def _rows(new: Iterable[Picture], writer: Writer) -> Iterator[StagedAsset]:
    return (
        StagedAsset(
            picture.place,
            picture.data_key,
            picture.name,
            picture.width,
            picture.height,
            picture.file,
            *writer.written[picture.image],
        )
        for picture in new
    )


def switch(
    operation: Operation,
    version: Version,
    found: Import,
    writer: Writer,
    staging: Staging,
    checkpoints: Checkpoints,
    rejects: Upload,
) -> None:
    """Point the assets to the written documents. Others may have edited, added and removed assets
    since they were read: those are merged again, inside this one transaction.

    Raises Moved, Locked or AlreadyEnded, and changes nothing then.
    """
    organization_id, author = operation.organization_id, operation.author
    pictures = found.pictures
    with operation.db.transaction(on=staging.connection) as tx:
        version = versions.open_to_write(tx, organization_id, version.version_id, alone=True)
        operation.hold(tx)
        version = import_labels.put(tx, version, found.labels.plan, operation)
        change_set = changes.open_set(
            tx, organization_id, version.version_key, author, changes.ANNOTATIONS
        )
        unused = _fill(tx, pictures)
        again = _added_since(tx, version, pictures)
        again += _move(tx, change_set, version, pictures, writer)
        gone = _merge_again(tx, change_set, version, again, writer)
        staged.put(tx, _rows(sorted(gone, key=attrgetter("place")), writer))
        added = _add(tx, change_set, version, pictures, operation)
        changes.announce(
            tx, organization_id, version.version_id, author, dataset_id=str(version.dataset_id)
        )
        _conclude(tx, operation, version, found, writer, added)
        rejects.keep(tx)
        checkpoints.fulfil(tx)
    operation.context.blobs.remove(unused)
    operation.say(f"{number(len(pictures), 'picture')}, {number(writer.shapes, 'shape')}: done")


def _fill(tx: Transaction, pictures: Pictures) -> list[str]:
    """Give placeholders their files; the objects of those that somebody else filled since."""
    files = {
        one.data_key: one.file
        for one in pictures.with_file
        if one.data_key is not None and one.file is not None
    }
    unused = data.fill(tx, files)
    if unused:
        objects.remove(tx, unused)
    return unused


def _added_since(tx: Transaction, version: Version, pictures: Pictures) -> list[Picture]:
    """Pictures that others made assets since: they are staged no more."""
    newest = pointers.newest_data_key(tx, pictures.datalake_id)
    is_newer = newest != pictures.newest_data_key
    added = []
    for some in batches(pictures.new if is_newer else pictures.known, AT_ONCE):
        if is_newer:
            _find_uploaded(tx, pictures.datalake_id, some)
        keys = [picture.data_key for picture in some if picture.data_key is not None]
        present = assets.keys_of_data(tx, version.version_key, keys)
        for picture in some:
            picture.asset_key = present.get(picture.data_key or 0)
        added += [picture for picture in some if picture.asset_key is not None]
    staged.leave_out(tx, [picture.place for picture in added])
    return added


def _find_uploaded(tx: Transaction, datalake_id: UUID, some: list[Picture]) -> None:
    """Find files that came into the datalake since, so that no placeholder is made beside them."""
    missing = {
        picture.name: picture
        for picture in some
        if picture.data_key is None and picture.file is None
    }
    found = data.keys_by_filename(tx, datalake_id, list(missing))
    for name, (data_key, _width, _height) in found.items():
        missing[name].data_key = data_key
    staged.use_data(tx, {missing[name].place: found[name][0] for name in found})


def _move(
    tx: Transaction,
    change_set: ChangeSet,
    version: Version,
    pictures: Pictures,
    writer: Writer,
) -> list[Picture]:
    """Move the pointers of assets; those that have moved since they were read are given back."""
    again = []
    for some in batches(pictures.assets, AT_ONCE):
        moves = [move for move in (_step(picture, writer) for picture in some) if move is not None]
        stale = set(assets.switch(tx, change_set, version, moves))
        again += [picture for picture in some if picture.asset_key in stale]
    return again


def _step(picture: Picture, writer: Writer) -> Move | None:
    """None where the asset stays as it is."""
    if picture.asset_key is None or picture.image not in writer.written:
        return None
    after, numbers = writer.written[picture.image]
    if (after, picture.before) == (None, None):
        return None
    return Move(picture.asset_key, picture.before, after, numbers)


def _merge_again(
    tx: Transaction,
    change_set: ChangeSet,
    version: Version,
    again: list[Picture],
    writer: Writer,
) -> list[Picture]:
    """Merge into what assets say now; pictures whose asset is gone are given back."""
    held = assets.hold(tx, version, [one.asset_key for one in again if one.asset_key is not None])
    edits, gone, stale = [], [], []
    for picture in again:
        asset = held.get(picture.asset_key or 0)
        if asset is None:
            picture.asset_key = None
            gone.append(picture)
            continue
        edits.append(Edit(asset, *writer.merge_into(picture, asset.document, asset.numbers)))
        if picture.image in writer.written:
            stale.append(writer.written[picture.image][0])
    assets.write(tx, change_set, version, edits)
    pointers.let_go(tx, [key for key in stale if key is not None])
    return gone


def _add(
    tx: Transaction,
    change_set: ChangeSet,
    version: Version,
    pictures: Pictures,
    operation: Operation,
) -> int:
    """Add assets, in the order of the file, and placeholders where no file is; how many."""
    return staged.add(tx, change_set, version, pictures.datalake_id, operation.author.user_id)


def _conclude(
    tx: Transaction,
    operation: Operation,
    version: Version,
    found: Import,
    writer: Writer,
    added: int,
) -> None:
    """Write down what came out, in the transaction that makes it true."""
    summary = f"{number(len(found.pictures), 'picture')} · {number(writer.shapes, 'shape')}"
    if left_alone := len(found.pictures) - len(writer.written):
        summary += f" · {left_alone:,} left as they were"
    if found.file.rejects.total:
        summary += f" · {number(found.file.rejects.total, 'bad record')} skipped"
    operation.result(
        tx,
        summary=summary,
        counts={
            "pictures": len(found.pictures),
            "shapes": writer.shapes,
            "new_assets": added,
            "new_labels": len(found.labels.plan.new),
            "skipped": found.file.rejects.total,
        },
        outputs=[operation.output(version)],
    )
