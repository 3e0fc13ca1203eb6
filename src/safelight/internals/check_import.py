"""Says what an import would do, without doing it: reads and matches as the import does, then stops."""

from __future__ import annotations

from typing import Any

from safelight.internals import import_labels, import_match
from safelight.internals.import_reading import Parameters, Source
from safelight.internals.import_report import Shapes, report
from safelight.internals.import_scratch import Scratch
from safelight.internals.operation import Operation, number
from safelight.store import versions


def run(operation: Operation) -> None:
    parameters = operation.read(Parameters)
    with operation.db.read() as read:
        version = versions.get(read, operation.organization_id, operation.target_id)
    with Scratch(operation.folder) as scratch:
        with Source(operation, parameters, scratch) as source:
            found = source.read(version)
        with operation.section("Match pictures and labels"):
            matched = import_match.match(operation, version, found, parameters.matching)
            unknown = sum(one.image not in found.members for one in matched.unknown)
            pictures = matched
            if not parameters.placeholders:
                pictures = import_match.refuse_unknown(matched, found)
            wanted = import_labels.wanted(operation, version, found)
            if not parameters.create_labels:
                import_labels.refuse_missing(wanted, found)
        shapes = Shapes(found, scratch.spill)
        with operation.section("Count shapes"):
            shapes.count(pictures, lambda done, total: operation.progress(done, total, "pictures"))
        with operation.last_step(), operation.db.transaction() as tx:
            said = report(tx, parameters, scratch.format, found, matched, pictures, shapes, wanted)
            operation.result(tx, summary=_summary(said, unknown), check=said)
    operation.say(f"{_summary(said, unknown)}: nothing was changed")


def _summary(said: dict[str, Any], unknown: int) -> str:
    parts = [
        number(said["pictures"]["total"], "picture"),
        number(said["shapes"]["total"], "shape"),
    ]
    if unknown:
        parts.append(f"{unknown:,} without a file")
    if said["bad"]["total"]:
        parts.append(number(said["bad"]["total"], "bad record"))
    return " · ".join(parts)
