"""Writing a version, or some of its pictures, into a file: what is in it is settled first, all of one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from uuid import UUID

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.actions.operations import choose
from safelight.blobs import Incoming
from safelight.domain.annotations import Annotation, AnnotationStatus, parse
from safelight.domain.datasets import Label
from safelight.domain.operations import Export, FileNames
from safelight.errors import Invalid, NotFound
from safelight.formats.writers import Writer, writer
from safelight.formats.writing import Out, Picture, Tally, Writing, Written
from safelight.ids import Kind
from safelight.store import exported, labels, versions
from safelight.store import objects as stored
from safelight.store.db import Read, Transaction
from safelight.store.exported import Exported, Pointers
from safelight.store.packed import Packed, packed
from safelight.store.versions import Version

KIND = "EXPORT"
AT_ONCE = 500
LISTED_AT_ONCE = 5000
EARLIER = "shape of an earlier annotation of its picture: the last one is exported"
OTHER_STATUS = "shape of an annotation that has another status"
NO_FILE = "picture that was not uploaded"
LOST_FILE = "picture whose file is missing in the storage"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a file will hold. `status`: annotations of another one are not in it. `is_flat`: see `Writing`."""

    version: Version
    asked: Export
    pictures: Pointers
    labels: tuple[Label, ...]
    ids: Packed
    status: AnnotationStatus | None = None
    is_flat: bool = False

    @property
    def writer(self) -> Writer:
        found = writer(self.asked.format.value)
        return found.with_pictures if self.asked.with_pictures else found

    @property
    def filename(self) -> str:
        """Says version and format."""
        name = f"{self.version.dataset_name}-{self.version.name}-{self.asked.format.value}"
        return name.replace("/", "_").replace("\\", "_") + self.writer.suffix


@dataclass(slots=True)
class Told:
    """What was written, and what is not in the file for reasons that are none of its format's. `missing`:
    pictures whose file is not packed.
    """

    written: Written
    left_out: Tally = field(default_factory=Tally)
    missing: Tally = field(default_factory=Tally)
    deleted: int = 0

    @property
    def shapes_left_out(self) -> int:
        return sum(self.written.left_out.values()) + sum(self.left_out.values())

    @property
    def lines(self) -> Iterator[str]:
        """All of it in words, with counts and the first names."""
        yield from _lines(self.left_out, "left out")
        yield from _lines(self.written.left_out, "left out")
        yield from _lines(self.written.changed, "not as it was")
        yield from _lines(self.missing, "not packed")
        if self.deleted:
            yield f"left out: {self.deleted:,} x picture that was deleted meanwhile"


def _lines(tally: Tally, what: str) -> Iterator[str]:
    for reason, count in Counter(tally).most_common():
        yield f"{what}: {count:,} x {reason} ({', '.join(tally.first(reason))})"


def settle(
    read: Read,
    version: Version,
    asked: Export,
    *,
    asset_ids: Sequence[UUID] | None = None,
    status: AnnotationStatus | None = None,
) -> Settled:
    """Find the pictures, and the labels of the same moment. `asset_ids`: only these, which may be none.

    Raises Invalid where a filter lets nothing through, and what `operations.check` does.
    """
    ids = packed(read)
    keys = None if asset_ids is None else ids.keys(list(asset_ids), Kind.ASSET)
    wanted = choose(read, version, asked.pictures)
    found = exported.pointers(read, version.version_key, wanted, keys)
    if not found and not wanted.is_empty:
        raise Invalid(
            f"No picture of {version.dataset_name}/{version.name} is what was asked for.",
            field="pictures",
        )
    return Settled(version, asked, found, labels.get(read, version).labels, ids, status)


def write(
    context: Context,
    settled: Settled,
    out: Out,
    *,
    progress: Progress = lambda _done, _total: None,
    scratch: Path | None = None,
) -> Told:
    """Write the file to `out`, piece by piece. Every picture is in it; of each the last annotation counts."""
    told = Told(Written())
    version = settled.version
    pictures = _pictures(context, settled, told, progress)
    description = f"{version.dataset_name}/{version.name}"
    told.written = settled.writer.write(
        out,
        Writing(
            description,
            settled.labels,
            pictures,
            scratch,
            settled.is_flat,
            lambda: _listed(context, settled),
        ),
    )
    told.deleted = len(settled.pictures) - told.written.pictures
    return told


def _listed(context: Context, settled: Settled) -> Iterator[Picture]:
    name = _NAMES[settled.asked.file_names]
    for one in exported.listed(context.db, settled.pictures, at_once=LISTED_AT_ONCE):
        yield Picture(name(one, settled.ids), one.width, one.height, None, number=one.number)


def _pictures(
    context: Context, settled: Settled, told: Told, progress: Progress
) -> Iterator[Picture]:
    total = len(settled.pictures)
    name = _NAMES[settled.asked.file_names]
    for one in exported.contents(context.db, settled.pictures, at_once=AT_ONCE):
        file_name = name(one, settled.ids)
        told.left_out.at = told.missing.at = file_name
        opening = _opened(context, one, told) if settled.asked.with_pictures else None
        said = _said(one, settled, told)
        yield Picture(file_name, one.width, one.height, said, opening, one.number)
        if one.number % AT_ONCE == 0 or one.number == total:
            progress(one.number, total)


def _said(one: Exported, settled: Settled, told: Told) -> Annotation | None:
    """The last annotation, where it has the status that is asked for."""
    said = parse(one.content)
    last = said.last
    if earlier := sum(len(annotation.shapes) for annotation in said.annotations[:-1]):
        told.left_out[EARLIER] += earlier
    if last is None or settled.status in (None, last.status):
        return last
    if last.shapes:
        told.left_out[OTHER_STATUS] += len(last.shapes)
    return None


def _opened(context: Context, one: Exported, told: Told) -> Callable[[], BinaryIO] | None:
    """Gives the picture's file, which is open already: else its writer would find out that it is lost."""
    if one.object_name is None:
        told.missing[NO_FILE] += 1
        return None
    try:
        file = context.blobs.open(one.object_name)
    except NotFound:
        told.missing[LOST_FILE] += 1
        return None
    return lambda: file


def _by_asset(one: Exported, ids: Packed) -> str:
    return f"{ids.asset(one.asset_key)}{PurePosixPath(one.filename).suffix}"


_NAMES: dict[FileNames, Callable[[Exported, Packed], str]] = {
    FileNames.FILENAME: lambda one, _ids: one.filename,
    FileNames.OBJECT_NAME: lambda one, _ids: one.object_name or one.filename,
    FileNames.DATA_ID: lambda one, _ids: f"{one.data_id}{PurePosixPath(one.filename).suffix}",
    FileNames.ASSET_ID: _by_asset,
}


# --- as an object ---------------------------------------------------------------------------------


def keep(tx: Transaction, settled: Settled, incoming: Incoming) -> str:
    """Give a file that was written its name as an object, which is answered. `incoming` is closed."""
    name = objects.issue_name(tx, settled.version.organization_id, KIND, settled.filename)
    stored.finish(tx, name, size=incoming.size, content_type=settled.writer.content_type)
    incoming.commit(name)
    return name


def export_at_once(
    context: Context,
    organization_id: UUID,
    version_id: UUID,
    asked: Export,
    *,
    asset_ids: Sequence[UUID] | None = None,
    status: AnnotationStatus | None = None,
) -> str:
    """Write the file, as clients of the wire unpack it, while they wait; its object name. Raises NotFound, Invalid."""
    with context.db.read() as read:
        version = versions.get(read, organization_id, version_id)
        settled = settle(read, version, asked, asset_ids=asset_ids, status=status)
        settled = replace(settled, is_flat=True)
    with context.blobs.incoming() as incoming:
        write(context, settled, incoming)
        incoming.close()
        with context.db.transaction() as tx:
            return keep(tx, settled, incoming)
