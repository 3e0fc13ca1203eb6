"""Packages by the hash of their content: where the archive is, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select

from safelight.errors import NotFound
from safelight.store import schema
from safelight.store.db import Read, Transaction

_packages = schema.package

# A package stands for an image on the wire, which knows nothing else (design 13).
IMAGE_NAME = "safelight-package"
TAG_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Package:
    """`manifest`: what the package says of itself, with `entry` and `requirements` for the runner."""

    organization_id: UUID
    package_hash: str
    object_name: str
    manifest: dict[str, Any]
    size: int
    created_at: int


def add(
    tx: Transaction,
    organization_id: UUID,
    package_hash: str,
    *,
    object_name: str,
    manifest: dict[str, Any],
    size: int,
    created_by: UUID | None,
) -> Package:
    """Record a package; the same content again is the package that exists."""
    known = find(tx, organization_id, package_hash)
    if known is not None:
        return known
    tx.execute(
        insert(_packages).values(
            organization_id=organization_id,
            package_hash=package_hash,
            object_name=object_name,
            manifest=manifest,
            size=size,
            created_by=created_by,
            created_at=tx.now,
        )
    )
    return get(tx, organization_id, package_hash)


def get(read: Read, organization_id: UUID, package_hash: str) -> Package:
    """Raises NotFound."""
    found = find(read, organization_id, package_hash)
    if found is None:
        raise NotFound("There is no such package.", package=package_hash)
    return found


def find(read: Read, organization_id: UUID, package_hash: str) -> Package | None:
    row = read.first(
        select(_packages).where(
            _packages.c.organization_id == organization_id,
            _packages.c.package_hash == package_hash,
        )
    )
    return None if row is None else _package(row)


def _package(row: Row[Any]) -> Package:
    return Package(
        row.organization_id,
        row.package_hash,
        row.object_name,
        row.manifest,
        row.size,
        row.created_at,
    )
