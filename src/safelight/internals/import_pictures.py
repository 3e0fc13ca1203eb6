"""Stores the picture files that lie beside the annotations, where nobody sees them before the switch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from safelight.actions.data import KIND
from safelight.actions.objects import issue_name
from safelight.batches import batches
from safelight.blobs import Incoming
from safelight.domain.datasets import check_name
from safelight.errors import Invalid
from safelight.formats.found import Found
from safelight.formats.picture import Picture as Header
from safelight.formats.picture import read_header, read_whole
from safelight.formats.tree import Tree
from safelight.internals.checkpoints import PICTURES, Checkpoints
from safelight.internals.import_matched import Picture, Pictures
from safelight.internals.operation import Operation, number
from safelight.store import data, pointers
from safelight.store import objects as stored
from safelight.store.data import DataName, File
from safelight.store.db import Transaction
from safelight.store.versions import Version

AT_ONCE = 32
_CHUNK = 1024 * 1024
_files = msgspec.msgpack.Decoder(dict[int, File])


@dataclass(slots=True)
class _Arrived:
    """A picture whose bytes have no name yet."""

    picture: Picture
    incoming: Incoming
    sha256: bytes
    header: Header

    def keep(self, tx: Transaction, organization_id: UUID) -> File:
        name = issue_name(tx, organization_id, KIND, self.picture.name)
        size, header = self.incoming.size, self.header
        stored.finish(tx, name, size=size, content_type=header.content_type)
        self.incoming.commit(name)
        return File(name, header.content_type, size, self.sha256, header.width, header.height)


class PictureStore:
    """Content decides: a picture that the datalake has is not stored again, whatever it is called."""

    def __init__(
        self,
        operation: Operation,
        version: Version,
        found: Found,
        pictures: Pictures,
        checkpoints: Checkpoints,
    ) -> None:
        self._operation, self._version, self._found = operation, version, found
        self._pictures, self._checkpoints = pictures, checkpoints
        self._seen: dict[bytes, Picture] = {}  # by content, of this import
        self._refused: set[int] = set()
        self._known = 0

    def store(self, tree: Tree, before: Iterable[bytes]) -> Pictures:
        """Store those that have no file yet; what an earlier process stored (its checkpoints) is taken
        over. A file that is no picture, and a second one of the same content, is a bad record.
        """
        missing = self._without_file()
        if not missing:
            return self._pictures
        with self._operation.section("Store pictures"):
            self._restore({picture.image: picture for picture in missing}, before)
            todo = [picture for picture in missing if picture.file is None]
            done = len(missing) - len(todo)
            for batch in batches(todo, AT_ONCE):
                self._store_batch(tree, batch)
                done += len(batch)
                self._operation.progress(done, len(missing), "pictures")
                self._operation.reached(1 + done, f"{done:,} of {len(missing):,} pictures stored")
            for picture in missing:
                self._pictures.put(picture)
            new = sum(picture.file is not None for picture in missing)
            self._operation.say(
                f"{number(new, 'picture')} stored, {self._known:,} in the datalake already"
            )
        return self._pictures.where(lambda picture: picture.image not in self._refused)

    def _without_file(self) -> list[Picture]:
        """Pictures whose file is in the tree, and of which the datalake has the name at most."""
        if not self._found.members:
            return []
        here = [one for one in self._pictures if one.image in self._found.members]
        keys = [one.data_key for one in here if one.data_key is not None]
        with self._operation.db.read() as read:
            waiting = data.placeholders(read, keys)
        return [one for one in here if one.data_key is None or one.data_key in waiting]

    def _restore(self, missing: dict[int, Picture], before: Iterable[bytes]) -> None:
        for batch in before:
            for image, file in _files.decode(batch).items():
                if image in missing:
                    missing[image].file = file
                    self._seen[file.sha256] = missing[image]

    def _store_batch(self, tree: Tree, batch: Sequence[Picture]) -> None:
        arrived = [one for one in (self._arrive(tree, each) for each in batch) if one is not None]
        try:
            self._keep(self._new_of(arrived))
        finally:
            for one in arrived:
                one.incoming.discard()

    def _arrive(self, tree: Tree, picture: Picture) -> _Arrived | None:
        """Bring its bytes into the storage. Its header comes first: what is no picture is not taken."""
        member = self._found.members[picture.image]
        try:
            check_name(picture.name, "file")
            with tree.open(member) as file:
                read_header(file)
            incoming, digest = self._copy(tree, member)
            return _Arrived(picture, incoming, digest, self._look(incoming))
        except Invalid as invalid:
            self._refuse(picture, f"the file {member}: {invalid.message.removesuffix('.')}")
            return None

    def _copy(self, tree: Tree, member: str) -> tuple[Incoming, bytes]:
        incoming, digest = self._operation.context.blobs.incoming(), hashlib.sha256()
        try:
            with tree.open(member) as file:
                while chunk := file.read(_CHUNK):
                    incoming.write(chunk)
                    digest.update(chunk)
            incoming.close()
        except BaseException:
            incoming.discard()
            raise
        return incoming, digest.digest()

    def _look(self, incoming: Incoming) -> Header:
        """Raises Invalid for a file that ends too early, and throws it away."""
        try:
            with self._operation.context.blobs.open(incoming.close()) as file:
                return read_whole(file)
        except BaseException:
            incoming.discard()
            raise

    def _new_of(self, arrived: Sequence[_Arrived]) -> list[_Arrived]:
        """Those whose content is new; the others become what the datalake has. One that stands in the
        version as a placeholder is filled all the same: an asset does not change its data.
        """
        digests = [one.sha256 for one in arrived]
        with self._operation.db.read() as read:
            known = data.keys_by(read, self._pictures.datalake_id, DataName.SHA256, digests)
            keys = [found[0] for found in known.values()]
            present = pointers.by_data(read, self._version.version_key, keys)
        new = []
        for one in arrived:
            picture = one.picture
            twin = self._seen.setdefault(one.sha256, picture)
            if twin is not picture:
                self._refuse(picture, f"{twin.name!r} in the file is the same picture")
            elif one.sha256 in known and picture.asset_key is None:
                self._known += 1
                picture.data_key = known[one.sha256][0]
                if picture.data_key in present:
                    picture.take(present[picture.data_key])
            else:
                new.append(one)
        return new

    def _keep(self, new: Sequence[_Arrived]) -> None:
        """Give them names. The checkpoint names them too, so that they are taken back unless the switch
        comes.
        """
        organization_id = self._operation.organization_id
        with self._operation.db.transaction() as tx:
            files = {one.picture.image: one.keep(tx, organization_id) for one in new}
            names = [file.object_name for file in files.values()]
            content = msgspec.msgpack.encode(files)
            self._checkpoints.add(tx, PICTURES, content, object_names=names)
        for one in new:
            one.picture.file = files[one.picture.image]

    def _refuse(self, picture: Picture, reason: str) -> None:
        self._refused.add(picture.image)
        self._found.rejects.add(self._found.images[picture.image].where, reason)
