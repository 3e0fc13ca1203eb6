"""Exporting a dataset version: as a job, or at once for clients that wait for the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from uuid import UUID

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.actions.import_annotations import target_of
from safelight.actions.launch import internal_order, launch
from safelight.actions.selection import keep_selection
from safelight.blobs import Incoming
from safelight.domain.annotations import AnnotationStatus
from safelight.domain.permissions import Actor, require
from safelight.errors import Invalid
from safelight.formats import coco_write
from safelight.formats.writing import Picture, Writing, Written
from safelight.ids import Kind
from safelight.store import assets, labels, versions
from safelight.store import objects as stored
from safelight.store.assets import Asset, AssetFilter
from safelight.store.db import Read
from safelight.store.jobs import Job
from safelight.store.packed import Packed, packed
from safelight.store.runs import Run
from safelight.store.versions import Version

KIND = "EXPORT"
AT_ONCE = 500

Progress = Callable[[int, int], None]


class ExportKey(StrEnum):
    """What stands in `file_name`, with the picture's suffix."""

    FILENAME = "FILENAME"
    ASSET_ID = "ASSET_ID"
    DATA_ID = "DATA_ID"
    OBJECT_NAME = "OBJECT_NAME"


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written. `left_out`: shapes that are not in it, counted by the reason."""

    object_name: str
    name: str
    size: int
    pictures: int
    shapes: int
    left_out: Mapping[str, int]


def launch_export(
    context: Context,
    actor: Actor,
    version_id: UUID,
    *,
    key: str = ExportKey.FILENAME,
    asset_ids: Sequence[UUID] | None = None,
    idempotency_key: str | None = None,
) -> tuple[Job, Run]:
    """Launch the job that exports a version as COCO. Raises Denied, NotFound, Invalid."""
    require(actor, "write_data")
    chosen = None
    if asset_ids is not None:
        chosen = keep_selection(context, actor.organization_id, asset_ids)
    with context.db.transaction() as tx:
        version = versions.get(tx, actor.organization_id, version_id)
        order = internal_order(
            actor,
            "export_coco",
            name=f"Export {version.dataset_name}/{version.name} as COCO",
            target=target_of(version),
            parameters={"key": export_key(key)},
            inputs={"assets": chosen},
            idempotency_key=idempotency_key,
        )
        return launch(tx, order)


def export_key(text: str) -> ExportKey:
    """Raises Invalid."""
    try:
        return ExportKey(text)
    except ValueError:
        known = ", ".join(ExportKey)
        raise Invalid(f"The export key is one of {known}, not {text!r}.", field="key") from None


def export_coco(
    context: Context,
    organization_id: UUID,
    version_id: UUID,
    *,
    key: str = ExportKey.FILENAME,
    asset_ids: Sequence[UUID] | None = None,
    status: AnnotationStatus | None = None,
    progress: Progress = lambda _done, _total: None,
    scratch: Path | None = None,
) -> Exported:
    """Write the COCO file of a version, as it is at this moment, into an object.

    Every chosen asset is listed; of each the last annotation counts, if it has `status` where one is
    given. Raises NotFound, Invalid.
    """
    with context.db.read() as read, context.blobs.incoming() as incoming:
        _hold_still(read)
        version = versions.get(read, organization_id, version_id)
        pictures = _pictures(
            read, version, export_key(key), _keys(read, asset_ids), status, progress
        )
        description = f"{version.dataset_name}/{version.name}"
        listed = labels.get(read, version).labels
        written = coco_write.write(incoming, Writing(description, listed, pictures, scratch))
        return _keep(context, version, incoming, written)


def _hold_still(read: Read) -> None:
    if read.dialect == "postgresql":  # SQLite's reads are of one moment anyway
        read.connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _keys(read: Read, asset_ids: Sequence[UUID] | None) -> list[int] | None:
    return None if asset_ids is None else sorted(packed(read).keys(list(asset_ids), Kind.ASSET))


def _pictures(
    read: Read,
    version: Version,
    key: ExportKey,
    asset_keys: list[int] | None,
    status: AnnotationStatus | None,
    progress: Progress,
) -> Iterator[Picture]:
    ids = packed(read)
    total = version.asset_count if asset_keys is None else len(asset_keys)
    for done, asset in enumerate(_assets(read, version, asset_keys), start=1):
        last = asset.document.last
        if status is not None and last is not None and last.status is not status:
            last = None
        yield Picture(_file_name(asset, key, ids), asset.data.width, asset.data.height, last)
        if done % AT_ONCE == 0 or done == total:
            progress(done, total)


def _assets(read: Read, version: Version, asset_keys: list[int] | None) -> Iterator[Asset]:
    if asset_keys is None:
        yield from assets.every(read, version.version_key, contents=True, at_once=AT_ONCE)
        return
    for at in range(0, len(asset_keys), AT_ONCE):
        wanted = AssetFilter(asset_keys=asset_keys[at : at + AT_ONCE])
        yield from assets.page(read, version.version_key, wanted, oldest_first=True, contents=True)


def _file_name(asset: Asset, key: ExportKey, ids: Packed) -> str:
    data = asset.data
    suffix = PurePosixPath(data.filename).suffix
    if key is ExportKey.ASSET_ID:
        return f"{ids.asset(asset.asset_key)}{suffix}"
    if key is ExportKey.DATA_ID:
        return f"{data.data_id}{suffix}"
    if key is ExportKey.OBJECT_NAME and data.object_name is not None:
        return data.object_name
    return data.filename


def _keep(context: Context, version: Version, incoming: Incoming, written: Written) -> Exported:
    name = f"{version.dataset_name}-{version.name}-coco.json"
    incoming.close()
    with context.db.transaction() as tx:
        object_name = objects.issue_name(tx, version.organization_id, KIND, name)
        stored.finish(tx, object_name, size=incoming.size, content_type="application/json")
        incoming.commit(object_name)
    return Exported(
        object_name, name, incoming.size, written.pictures, written.shapes, written.left_out
    )
