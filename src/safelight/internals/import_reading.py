"""Reads the file of an import, whatever its format, and finds out which pictures and labels it means."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO, Self

from safelight.domain.annotations import MergeMode
from safelight.domain.imports import Format, Matching
from safelight.forked import processors
from safelight.formats import readers
from safelight.formats.found import Found
from safelight.formats.reading import Progress, Reading
from safelight.formats.tree import Tree, is_zip, open_tree
from safelight.internals import memory
from safelight.internals.import_rejects import names_in
from safelight.internals.import_scratch import Scratch
from safelight.internals.operation import Operation, number
from safelight.store import data, datalakes, objects, pointers
from safelight.store.versions import Version

Size = tuple[int, int]
PROCESSES = 4  # that read a file at most: each takes memory


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
    label_attribute: str = ""  # of a region, where a format names labels so and has several
    rejected_of: Rejected | None = None


class Source:
    """The file of an import while it is open: what is in it, and the pictures that lie beside."""

    def __init__(self, operation: Operation, parameters: Parameters, scratch: Scratch) -> None:
        self._operation, self._parameters, self._scratch = operation, parameters, scratch
        self._open = ExitStack()

    def __enter__(self) -> Self:
        source = self._parameters.file
        try:
            file = self._open.enter_context(self._operation.context.blobs.open(source.object_name))
            if self._operation.context.blobs.folder is None and is_zip(file):
                # Its members are read one by one: by ranges that would be a request for each.
                file = self._open.enter_context(self._scratch.copy(file).open("rb"))
            self.tree: Tree = self._open.enter_context(open_tree(file, self._name(file)))
        except BaseException:
            self._open.close()
            raise
        return self

    def _name(self, file: BinaryIO) -> str:
        """A file that is said to be COCO's may be called anything."""
        name, is_coco = self._parameters.file.name, self._parameters.format is Format.COCO
        is_named = name.lower().endswith(".json") or is_zip(file)
        return name if is_named or not is_coco else f"{name}.json"

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def read(self, version: Version) -> Found:
        """What the file says; what an earlier process of the run has read, if there is that."""
        with self._operation.section("Read the file"):
            found = self._scratch.find() or self._read(version)
            memory.give_back()
            _tell(self._operation, found, self._scratch)
        return found

    def _read(self, version: Version) -> Found:
        operation, scratch, tree = self._operation, self._scratch, self.tree
        operation.say(f"{self._parameters.file.name}, {_size(operation, self._parameters):,.1f} MB")
        format = self._format()
        scratch.begin()
        with Sizes(operation, version) as sizes:
            reading = Reading(
                scratch.spill,
                scratch.rejects.rejects,
                only=_only(operation, self._parameters),
                progress=self._progress(format),
                size_of=sizes.of,
                label_attribute=self._parameters.label_attribute or None,
                processes=min(processors(), PROCESSES),
            )
            found = readers.read(format, tree, reading)
        scratch.keep(format, found)
        operation.reached(1, "the file is read")
        return found

    def _format(self) -> str:
        wanted = self._parameters.format
        if wanted is not Format.AUTO:
            return wanted.value
        format = readers.detect(self.tree)
        self._operation.say(f"It is {readers.TITLES[format]}.")
        return format

    def _progress(self, format: str) -> Progress:
        """COCO is one big file, and tells bytes; the others are many, and tell files."""
        tree, told = self.tree, self._operation.progress
        if format == Format.COCO:
            total = sum(tree.sizes[name] for name in tree.named(".json"))
            return lambda done, _shapes: told(done, total, "bytes")
        return lambda done, _shapes: told(done, None, "files")


class Sizes:
    """The sizes of pictures that are known already, for formats that say coordinates as shares."""

    def __init__(self, operation: Operation, version: Version) -> None:
        self._operation, self._version = operation, version
        self._of_version: dict[str, Size] | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._read = self._open.enter_context(self._operation.db.read())
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def of(self, name: str) -> Size | None:
        """In the version, else of the newest in the default datalake."""
        if self._of_version is None:
            self._of_version = pointers.sizes(self._read, self._version.version_key)
            datalake = datalakes.default(self._read, self._operation.organization_id)
            self._datalake_id = datalake.datalake_id
        found = self._of_version.get(name)
        if found is not None:
            return found
        known = data.keys_by_filename(self._read, self._datalake_id, [name]).get(name)
        width, height = known[1:] if known else (None, None)
        return (width, height) if width and height else None


def _size(operation: Operation, parameters: Parameters) -> float:
    with operation.db.read() as tx:
        source = objects.get(tx, operation.organization_id, parameters.file.object_name)
    return (source.size or 0) / 1e6


def _only(operation: Operation, parameters: Parameters) -> AbstractSet[str] | None:
    if parameters.rejected_of is None:
        return None
    names = names_in(operation, parameters.rejected_of.object_name)
    operation.say(f"Only {number(len(names), 'record')} that an earlier job rejected")
    return names


def _tell(operation: Operation, found: Found, scratch: Scratch) -> None:
    operation.say(
        f"{number(len(found.images), 'image')}, "
        f"{number(scratch.spill.kept, 'annotation')}, "
        f"{number(len(found.categories), 'category', 'categories')}"
    )
    if found.members:
        operation.say(f"{number(len(found.members), 'picture file')} beside them")
