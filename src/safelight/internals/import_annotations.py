"""Imports a COCO file into a dataset version: all of it or nothing.

Documents are written first, where nobody sees them; one short transaction then moves every pointer.
"""

from __future__ import annotations

from dataclasses import dataclass

from safelight.domain.annotations import MergeMode
from safelight.domain.jobs import Failure, FailureKind
from safelight.formats.coco_read import read
from safelight.formats.found import Found
from safelight.formats.reading import Reading
from safelight.formats.rejects import Rejects
from safelight.formats.spill import Spill
from safelight.internals import import_labels, import_match, import_switch
from safelight.internals.checkpoints import Checkpoints
from safelight.internals.import_documents import Writer
from safelight.internals.import_labels import Labels, Moved
from safelight.internals.import_scratch import Scratch
from safelight.internals.import_switch import Import
from safelight.internals.operation import Failed, Operation, number
from safelight.store import objects, versions
from safelight.store.versions import Version

NAMED_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class File:
    object_name: str
    name: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """`placeholders`: pictures that are nowhere yet get one; else they are bad records."""

    file: File
    mode: MergeMode = MergeMode.REPLACE
    skip_bad: bool = False
    create_labels: bool = True
    placeholders: bool = True


def run(operation: Operation) -> None:
    parameters = operation.read(Parameters)
    with operation.db.read() as reading:
        version = versions.get(reading, operation.organization_id, operation.target_id)
        versions.check_unlocked(version)
    with Checkpoints(operation) as checkpoints, Scratch(operation.folder) as scratch:
        _begin(operation, checkpoints)
        with operation.section("Read the file"):
            file, spill = scratch.find() or _read(operation, parameters, scratch)
            _tell(operation, file, spill)
        with operation.section("Match pictures and labels"):
            pictures = import_match.match(
                operation, version, file, placeholders=parameters.placeholders
            )
            labels = _labels(operation, version, file, checkpoints, parameters)
        if file.rejects.total:
            _judge(operation, file.rejects, skip_bad=parameters.skip_bad)
        found = Import(file, spill, pictures, labels)
        while not _write(operation, version, found, parameters, checkpoints):
            bad = file.rejects.total
            labels = _labels(operation, version, file, checkpoints, parameters)
            if file.rejects.total > bad:
                _judge(operation, file.rejects, skip_bad=parameters.skip_bad)
            found = Import(file, spill, pictures, labels)


def _begin(operation: Operation, checkpoints: Checkpoints) -> None:
    """Leave word that there may be something to take back, before there is."""
    if not checkpoints.found:
        with operation.db.transaction() as tx:
            checkpoints.add(tx, b"")


def _labels(
    operation: Operation,
    version: Version,
    file: Found,
    checkpoints: Checkpoints,
    parameters: Parameters,
) -> Labels:
    """As they were planned before this process, if it goes on where another was cut off."""
    if len(checkpoints.found) > 1:
        return import_labels.restored(operation, checkpoints.found[1].content, file)
    return import_labels.plan(
        operation, version, file, checkpoints, create=parameters.create_labels
    )


def _write(
    operation: Operation,
    version: Version,
    found: Import,
    parameters: Parameters,
    checkpoints: Checkpoints,
) -> bool:
    """Write and switch; False if labels were changed meanwhile, so that nothing was done."""
    writer = Writer(operation, found.spill, found.labels, parameters.mode, checkpoints)
    with operation.section("Write annotations"):
        writer.restore(found.pictures.all, (each.content for each in checkpoints.found[2:]))
        writer.write(found.pictures.all)
    try:
        with (
            operation.section("Switch the version"),
            import_switch.prepare(operation, found, writer) as staging,
            operation.last_step(),
        ):
            import_switch.switch(operation, version, found, writer, staging, checkpoints)
    except Moved as moved:
        operation.say(f"{moved} Writing again.")
        checkpoints.take_back()
        _begin(operation, checkpoints)
        return False
    return True


def _read(operation: Operation, parameters: Parameters, scratch: Scratch) -> tuple[Found, Spill]:
    source = parameters.file
    with operation.db.read() as tx:
        size = objects.get(tx, operation.organization_id, source.object_name).size
    operation.say(f"{source.name}, {(size or 0) / 1e6:,.1f} MB")
    spill = scratch.begin()
    reading = Reading(spill, progress=lambda done, _shapes: operation.progress(done, size, "bytes"))
    with operation.context.blobs.open(source.object_name) as file:
        found = read(file, reading)
    scratch.keep(found, spill)
    operation.reached(1, "the file is read")
    return found, spill


def _tell(operation: Operation, file: Found, spill: Spill) -> None:
    operation.say(
        f"{number(len(file.images), 'image')}, "
        f"{number(spill.kept, 'annotation')}, "
        f"{number(len(file.categories), 'category', 'categories')}"
    )


def _judge(operation: Operation, rejects: Rejects, *, skip_bad: bool) -> None:
    """List bad records. Raises Failed unless they are to be skipped."""
    with operation.section("Bad records"):
        shown = rejects.first if skip_bad else rejects.first[:NAMED_AT_MOST]
        for problem in shown:
            operation.say(str(problem))
        if rejects.total > len(shown):
            operation.say(f"... and {rejects.total - len(shown):,} more")
        if skip_bad:
            operation.say(f"{number(rejects.total, 'record')} skipped")
            return
    more = f" (and {number(rejects.total - 1, 'more bad record')})" if rejects.total > 1 else ""
    message = f"Nothing was imported: {rejects.first[0]}{more}."
    excerpt = "\n".join(map(str, shown))
    raise Failed(Failure(FailureKind.INVALID_INPUT, message, excerpt=excerpt))
