"""Public ids of what lives inside versions and documents: assets, annotations, shapes, labels, changes.

The one place that packs and unpacks them, with the salt of this installation.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select

from safelight.errors import NotFound, Unavailable
from safelight.ids import Address, Kind, pack, unpack
from safelight.store import schema
from safelight.store.db import Read

_salts: WeakKeyDictionary[Engine, int] = WeakKeyDictionary()  # a salt never changes


@dataclass(frozen=True, slots=True)
class Packed:
    """Packs and unpacks with one installation's salt. Unpacking says nothing about the owner:
    whoever reads an address still checks the organization.
    """

    salt: int

    def asset(self, asset_key: int) -> UUID:
        return pack(Address(Kind.ASSET, asset_key), self.salt)

    def annotation(self, asset_key: int, number: int) -> UUID:
        return pack(Address(Kind.ANNOTATION, asset_key, number), self.salt)

    def shape(self, asset_key: int, annotation_number: int, shape_number: int) -> UUID:
        return pack(Address(Kind.SHAPE, asset_key, annotation_number, shape_number), self.salt)

    def label(self, version_key: int, label_key: int) -> UUID:
        return pack(Address(Kind.LABEL, version_key, label_key), self.salt)

    def label_group(self, version_key: int, group_key: int) -> UUID:
        return pack(Address(Kind.LABEL_GROUP, version_key, group_key), self.salt)

    def change_set(self, change_set_key: int) -> UUID:
        return pack(Address(Kind.CHANGE_SET, change_set_key), self.salt)

    def read(self, packed: UUID, kind: Kind) -> Address:
        """Raises NotFound if it is not an id of this kind and installation."""
        address = unpack(packed, self.salt)
        if address is None or address.kind is not kind:
            raise NotFound(f"There is no such {kind.name.lower().replace('_', ' ')}.")
        return address

    def keys(self, ids: list[UUID], kind: Kind) -> list[int]:
        """The keys behind those ids that are ours and of this kind; the others are left out."""
        found = (unpack(one, self.salt) for one in ids)
        return [one.key for one in found if one is not None and one.kind is kind]


def packed(read: Read) -> Packed:
    """The packer of this installation; its salt is read once per database handle."""
    engine = read.connection.engine
    salt = _salts.get(engine)
    if salt is None:
        salt = read.scalar(select(schema.installation.c.salt))
        if salt is None:
            raise Unavailable("This database has not been set up yet.")
        _salts[engine] = salt
    return Packed(salt)
