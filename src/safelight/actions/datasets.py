"""What people do with datasets and versions: make, name, fill, lock, empty and remove them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from safelight.domain.datasets import InferenceType, check_name
from safelight.domain.permissions import Actor, require
from safelight.store import assets, assettags, changes, data, datasets, tags, versions
from safelight.store.changes import Author, ChangeSet
from safelight.store.datasets import Dataset
from safelight.store.db import Database, Transaction
from safelight.store.versions import Version

AT_ONCE = 2000  # rows per transaction: others write in between


def author(by: Actor) -> Author:
    return Author(by.user_id, by.run_id)


def create(db: Database, by: Actor, name: str, description: str = "") -> Dataset:
    """Raises Invalid, NameTaken."""
    with db.transaction() as tx:
        return datasets.add(
            tx,
            by.organization_id,
            check_name(name, "dataset"),
            description=description,
            by=author(by),
        )


def change(
    db: Database,
    by: Actor,
    dataset_id: UUID,
    *,
    name: str | None = None,
    description: str | None = None,
) -> Dataset:
    """Rename or describe. Raises NotFound, Invalid, NameTaken."""
    with db.transaction() as tx:
        found = datasets.get(tx, by.organization_id, dataset_id)
        cleaned = None if name is None else check_name(name, "dataset")
        return datasets.change(tx, found, name=cleaned, description=description)


def create_version(
    db: Database,
    by: Actor,
    dataset_id: UUID,
    name: str,
    *,
    type: InferenceType = InferenceType.NOT_CONFIGURED,
    description: str = "",
) -> Version:
    """An empty version. Raises NotFound, Invalid, NameTaken."""
    with db.transaction() as tx:
        dataset = datasets.get(tx, by.organization_id, dataset_id)
        return versions.add(
            tx,
            by.organization_id,
            dataset.dataset_id,
            check_name(name, "version"),
            by=author(by),
            type=type,
            description=description,
        )


def change_version(
    db: Database,
    by: Actor,
    version_id: UUID,
    *,
    name: str | None = None,
    description: str | None = None,
    type: InferenceType | None = None,
) -> Version:
    """Rename, describe, set the type. Raises NotFound, Locked, Invalid, NameTaken."""
    with db.transaction() as tx:
        version = versions.open_to_write(tx, by.organization_id, version_id, alone=True)
        cleaned = None if name is None else check_name(name, "version")
        return versions.change(
            tx, version, by=author(by), name=cleaned, description=description, type=type
        )


def lock(db: Database, by: Actor, version_id: UUID) -> Version:
    """Refuse every write to a version from now on. Raises NotFound."""
    with db.transaction() as tx:
        return versions.lock(tx, by.organization_id, version_id, by.user_id)


def unlock(db: Database, by: Actor, version_id: UUID) -> Version:
    """Raises NotFound, and Denied for who neither locked it nor may unlock what others locked."""
    with db.transaction() as tx:
        locked = versions.get(tx, by.organization_id, version_id).lock
        if locked is not None and locked.by.user_id != by.user_id:
            require(by, "unlock")
        return versions.unlock(tx, by.organization_id, version_id, by.user_id)


def steps_of_data(
    db: Database,
    by: Actor,
    version_id: UUID,
    data_ids: Sequence[UUID],
    tag_ids: Sequence[UUID] = (),
) -> Iterator[int]:
    """Put data into a version, in steps; after each, how many of the ids are done.

    Data that is there already is not added again, but tagged. Raises NotFound naming the first id
    that does not exist (before anything is written), Locked.
    """
    with db.read() as read:
        version = versions.get(read, by.organization_id, version_id)
        versions.check_unlocked(version)
        keys = data.keys_of(read, by.organization_id, data_ids)
    change_set = None
    for at in range(0, len(keys), AT_ONCE):
        some = keys[at : at + AT_ONCE]
        with db.transaction() as tx:
            change_set = _add(tx, by, version_id, some, tag_ids, change_set)
        yield at + len(some)


def add_data(
    db: Database,
    by: Actor,
    version_id: UUID,
    data_ids: Sequence[UUID],
    tag_ids: Sequence[UUID] = (),
) -> int:
    """The same in one go; how many assets the version has now."""
    for _ in steps_of_data(db, by, version_id, data_ids, tag_ids):
        pass
    with db.read() as read:
        return versions.get(read, by.organization_id, version_id).asset_count


def _add(
    tx: Transaction,
    by: Actor,
    version_id: UUID,
    keys: Sequence[int],
    tag_ids: Sequence[UUID],
    same: ChangeSet | None,
) -> ChangeSet:
    version = versions.open_to_write(tx, by.organization_id, version_id, alone=True)
    change_set = changes.open_set(
        tx, by.organization_id, version.version_key, author(by), changes.ASSETS, same=same
    )
    assets.add(tx, change_set, version, keys)
    if tag_ids:
        given = [tags.get(tx, by.organization_id, tag_id) for tag_id in tag_ids]
        present = assets.keys_of_data(tx, version.version_key, keys)
        assettags.attach(tx, change_set, version, given, sorted(present.values()))
    announce(tx, by, version)
    return change_set


def announce(tx: Transaction, by: Actor, version: Version) -> None:
    """Tell the pages that the version is not what it was."""
    changes.announce(
        tx,
        version.organization_id,
        version.version_id,
        author(by),
        dataset_id=str(version.dataset_id),
    )


def remove_assets(db: Database, by: Actor, version_id: UUID, asset_keys: Sequence[int]) -> int:
    """Take assets out of a version; how many there were. Raises NotFound, Locked."""
    removed = 0
    change_set = None
    for at in range(0, max(len(asset_keys), 1), AT_ONCE):
        with db.transaction() as tx:
            version = versions.open_to_write(tx, by.organization_id, version_id, alone=True)
            change_set = changes.open_set(
                tx,
                by.organization_id,
                version.version_key,
                author(by),
                changes.ASSETS,
                same=change_set,
            )
            removed += assets.remove(tx, change_set, version, asset_keys[at : at + AT_ONCE])
            announce(tx, by, version)
    return removed


def remove_version(db: Database, by: Actor, version_id: UUID) -> None:
    """Raises NotFound, Locked."""
    with db.transaction() as tx:
        version = versions.open_to_write(tx, by.organization_id, version_id, alone=True)
        versions.remove(tx, version, by=author(by))


def remove(db: Database, by: Actor, dataset_id: UUID) -> None:
    """Remove a dataset with its versions. Raises NotFound, Locked if one of them is locked."""
    with db.transaction() as tx:
        dataset = datasets.get(tx, by.organization_id, dataset_id)
        gone = versions.of_dataset(tx, dataset_id)
        for version in reversed(gone):  # in key order, as everybody who takes several
            versions.open_to_write(tx, by.organization_id, version.version_id, alone=True)
            versions.remove(tx, version, by=author(by))
        datasets.remove(tx, dataset)
