"""Exports a dataset version as a COCO file that can be downloaded."""

from __future__ import annotations

from dataclasses import dataclass

from safelight.actions.export import ExportKey, export_coco
from safelight.actions.selection import read_selection
from safelight.internals.operation import Operation, number


@dataclass(frozen=True, slots=True)
class Parameters:
    """`key`: what stands in `file_name`. `assets`: the object that lists the chosen ones."""

    key: ExportKey = ExportKey.FILENAME
    assets: dict[str, object] | None = None


def run(operation: Operation) -> None:
    parameters = operation.read(Parameters)
    chosen = read_selection(operation.context, parameters.assets)
    with operation.section("Write the file"):
        exported = export_coco(
            operation.context,
            operation.organization_id,
            operation.target_id,
            key=parameters.key,
            asset_ids=chosen,
            progress=lambda done, total: operation.progress(done, total, "pictures"),
            scratch=operation.folder,
        )
        with operation.last_step(), operation.db.transaction() as tx:
            operation.hold(tx)
            operation.result(
                tx,
                summary=f"{number(exported.pictures, 'picture')} · "
                f"{number(exported.shapes, 'shape')}",
                counts={"pictures": exported.pictures, "shapes": exported.shapes},
                downloads=[
                    {
                        "name": exported.name,
                        "object_name": exported.object_name,
                        "size": exported.size,
                    }
                ],
            )
        operation.say(f"{exported.name}, {exported.size / 1e6:,.1f} MB")
        for reason, count in exported.left_out.items():
            operation.say(f"{number(count, 'shape')} left out: {reason}")
