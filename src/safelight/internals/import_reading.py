"""Reads the file of an import, whatever its format, and finds out which pictures and labels it means."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from safelight.domain.annotations import MergeMode
from safelight.domain.imports import Format, Matching
from safelight.formats.coco_read import read
from safelight.formats.found import Found
from safelight.formats.reading import Reading
from safelight.formats.spill import Spill
from safelight.internals.import_rejects import names_in
from safelight.internals.import_scratch import Scratch
from safelight.internals.operation import Operation, number
from safelight.store import objects


@dataclass(frozen=True, slots=True)
class File:
    object_name: str
    name: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The bad records of an earlier run: the only ones to take."""

    run_id: str
    job_id: str
    object_name: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """`placeholders`: pictures that are nowhere yet get one; else they are bad records."""

    file: File
    format: Format = Format.COCO  # what the first version took; it does not say so
    mode: MergeMode = MergeMode.REPLACE
    matching: Matching = Matching.AUTO
    skip_bad: bool = False
    create_labels: bool = True
    placeholders: bool = True
    rejected_of: Rejected | None = None


def read_file(operation: Operation, parameters: Parameters, scratch: Scratch) -> Found:
    """What the file says; what an earlier process of the run has read, if there is that."""
    with operation.section("Read the file"):
        found = scratch.find() or _read(operation, parameters, scratch)
        _tell(operation, found, scratch.spill)
    return found


def _read(operation: Operation, parameters: Parameters, scratch: Scratch) -> Found:
    source = parameters.file
    with operation.db.read() as tx:
        size = objects.get(tx, operation.organization_id, source.object_name).size
    operation.say(f"{source.name}, {(size or 0) / 1e6:,.1f} MB")
    scratch.begin()
    reading = Reading(
        scratch.spill,
        scratch.rejects.rejects,
        only=_only(operation, parameters),
        progress=lambda done, _shapes: operation.progress(done, size, "bytes"),
    )
    with operation.context.blobs.open(source.object_name) as file:
        found = read(file, reading)
    scratch.keep("coco", found)
    operation.reached(1, "the file is read")
    return found


def _only(operation: Operation, parameters: Parameters) -> AbstractSet[str] | None:
    if parameters.rejected_of is None:
        return None
    names = names_in(operation, parameters.rejected_of.object_name)
    operation.say(f"Only {number(len(names), 'record')} that an earlier job rejected")
    return names


def _tell(operation: Operation, found: Found, spill: Spill) -> None:
    operation.say(
        f"{number(len(found.images), 'image')}, "
        f"{number(spill.kept, 'annotation')}, "
        f"{number(len(found.categories), 'category', 'categories')}"
    )
