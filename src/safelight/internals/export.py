"""Exports a dataset version into a file that can be downloaded."""

from __future__ import annotations

from dataclasses import dataclass

from safelight.actions import export
from safelight.actions.export import Settled, Told
from safelight.blobs import Incoming
from safelight.domain.operations import Export, FileNames
from safelight.internals.operation import Operation, number
from safelight.store import versions


def run(operation: Operation, asked: Export) -> None:
    context = operation.context
    with operation.db.read() as read:
        version = versions.get(read, operation.organization_id, operation.target_id)
        settled = export.settle(read, version, asked, asset_ids=operation.chosen)
    with operation.section("Write the file"), context.blobs.incoming() as incoming:
        told = export.write(
            context,
            settled,
            incoming,
            progress=lambda done, total: operation.progress(done, total, "pictures"),
            scratch=operation.folder,
        )
        incoming.close()
        _conclude(operation, settled, incoming, told)
        operation.say(f"{settled.filename}, {incoming.size / 1e6:,.1f} MB")
    lines = list(told.lines)
    if lines:
        with operation.section("What the file does not say"):
            for line in lines:
                operation.say(line)


def _conclude(operation: Operation, settled: Settled, incoming: Incoming, told: Told) -> None:
    """The file gets its name and the job its result, together."""
    written, left_out = told.written, told.shapes_left_out
    said = [number(written.pictures, "picture"), number(written.shapes, "shape")]
    if left_out:
        said.append(f"{left_out:,} left out")
    with operation.last_step(), operation.db.transaction() as tx:
        operation.hold(tx)
        object_name = export.keep(tx, settled, incoming)
        operation.result(
            tx,
            summary=" · ".join(said),
            counts={
                "pictures": written.pictures,
                "shapes": written.shapes,
                "left_out": left_out,
            },
            downloads=[
                {"name": settled.filename, "object_name": object_name, "size": incoming.size}
            ],
        )


@dataclass(frozen=True, slots=True)
class _Parameters:
    key: str = "FILENAME"


def run_coco(operation: Operation) -> None:
    """The same for a job of the time when only COCO could be exported."""
    key = operation.read(_Parameters).key
    run(operation, Export(file_names=FileNames(key.lower())))
