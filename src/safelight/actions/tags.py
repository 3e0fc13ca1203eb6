"""Renaming and deleting tags. Taking one off the pictures of a version is a change of that version."""

from __future__ import annotations

from uuid import UUID

from safelight.actions.datasets import announce, author
from safelight.domain.datasets import check_name
from safelight.domain.permissions import Actor
from safelight.store import assettags, changes, tags, versions
from safelight.store.db import Database, Transaction
from safelight.store.tags import Tag


def rename(db: Database, by: Actor, tag_id: UUID, name: str) -> Tag:
    """Raises NotFound, Invalid, NameTaken, Locked."""
    cleaned = check_name(name, "tag")
    with db.transaction() as tx:
        tag = tags.get(tx, by.organization_id, tag_id)
        if tag.target_type == tags.ASSET:
            versions.open_to_write(tx, by.organization_id, tag.owner_id)
        return tags.rename(tx, tag, cleaned)


def remove(db: Database, by: Actor, tag_id: UUID) -> None:
    """Delete a tag, and take it off everything. Raises NotFound, Locked."""
    with db.transaction() as tx:
        tag = tags.get(tx, by.organization_id, tag_id)
        if tag.target_type == tags.ASSET:
            _take_off(tx, by, tag)
        tags.remove(tx, tag)


def _take_off(tx: Transaction, by: Actor, tag: Tag) -> None:
    version = versions.open_to_write(tx, by.organization_id, tag.owner_id, alone=True)
    change_set = changes.open_set(
        tx, by.organization_id, version.version_key, author(by), changes.TAGS
    )
    assettags.detach_where(tx, change_set, version, tag)
    announce(tx, by, version)
