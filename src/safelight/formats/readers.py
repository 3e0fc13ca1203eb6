"""The formats that can be read, by name, and which of them a file is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO

from safelight.errors import Invalid
from safelight.formats import (
    coco_read,
    cvat_read,
    labelme_read,
    via_read,
    voc_read,
    xml_stream,
    yolo_names,
    yolo_read,
)
from safelight.formats.found import Found
from safelight.formats.json_stream import first_entries
from safelight.formats.reading import Reading
from safelight.formats.tree import Tree

Reader = Callable[[Tree, Reading], Found]

READERS: Mapping[str, Reader] = {
    "coco": coco_read.read_tree,
    "yolo": yolo_read.read,
    "voc": voc_read.read,
    "cvat": cvat_read.read,
    "labelme": labelme_read.read,
    "via": via_read.read,
}
TITLES = {
    "coco": "COCO",
    "yolo": "YOLO",
    "voc": "Pascal VOC",
    "cvat": "CVAT",
    "labelme": "LabelMe",
    "via": "VIA",
}
_LOOKED_AT = 20  # files of one suffix; they are rarely of different formats
_TELLING = {
    "images": "coco",
    "annotations": "coco",
    "categories": "coco",
    "shapes": "labelme",
    "_via_settings": "via",
    via_read.METADATA: "via",
    "metadata": "via",
}
_VIA_ENTRY = re.compile(rb'\s*\{[^{}]*"filename"\s*:[^{}]*"regions"\s*:')
_YOLO_LINE = re.compile(rb"\s*\d+(\s+-?\d*\.?\d+(e-?\d+)?){4,}(\s|$)")


def read(format: str, tree: Tree, reading: Reading) -> Found:
    """Read a tree as one format. What the tree refused is among the bad records.

    Raises Invalid for an unknown format, and where the files are not of it.
    """
    reader = READERS.get(format)
    if reader is None:
        raise Invalid(f"The format is one of {', '.join(READERS)}, not {format!r}.", field="format")
    with _saying_refused(tree):
        return _read(reader, tree, reading)


def _read(reader: Reader, tree: Tree, reading: Reading) -> Found:
    for name, reason in tree.refused:
        if reading.wants(name):
            reading.rejects.add(name, reason, file=name)
    return reader(tree, reading)


def detect(tree: Tree) -> str:
    """The name of the format that a tree holds.

    Raises Invalid where it holds none or several, saying what it holds.
    """
    with _saying_refused(tree):
        return _detect(tree)


def _detect(tree: Tree) -> str:
    shown: dict[str, str] = {}  # a file that shows it, by format
    wrong: Invalid | None = None
    for suffix, look in ((".json", _of_json), (".xml", _of_xml)):
        for name in tree.named(suffix)[:_LOOKED_AT]:
            try:
                with tree.open(name) as file:
                    format = look(file)
            except Invalid as invalid:
                wrong = wrong or Invalid(f"{name}: {invalid.message}")
                continue
            if format is not None:
                shown.setdefault(format, name)
    shows_yolo = _shows_yolo(tree)
    if shows_yolo is not None:
        shown["yolo"] = shows_yolo
    return _decided(shown, wrong, tree)


def _decided(shown: Mapping[str, str], wrong: Invalid | None, tree: Tree) -> str:
    if len(shown) == 1:
        return next(iter(shown))
    if shown:
        several = ", ".join(f"{TITLES[format]} ({name})" for format, name in shown.items())
        raise Invalid(f"There are files of several formats: {several}. Say which is meant.")
    if wrong is not None:
        raise wrong
    there = f", only {_summary(tree)}" if tree.sizes else ": no file is there"
    raise Invalid(f"There are no annotations of a known format{there}.")


def _of_json(file: BinaryIO) -> str | None:
    """By the first keys of the object; no big list is read for it."""
    for at, (key, beginning) in enumerate(first_entries(file)):
        if key in _TELLING:
            return _TELLING[key]
        if at == 0 and _VIA_ENTRY.match(beginning):
            return "via"
    return None


def _of_xml(file: BinaryIO) -> str | None:
    return {"annotation": "voc", "annotations": "cvat"}.get(xml_stream.root_of(file))


def _shows_yolo(tree: Tree) -> str | None:
    """The file that shows a tree to be YOLO's: the one that names the classes, or a label file."""
    found = yolo_names.find(tree)
    if found is not None and found.endswith((".yaml", ".yml")):
        return found
    for name in yolo_read.label_files(tree, frozenset())[:_LOOKED_AT]:
        with tree.open(name) as file:
            if _YOLO_LINE.match(file.read(4096)):
                return name
    return None


def _summary(tree: Tree) -> str:
    suffixes = Counter(PurePosixPath(name).suffix.lower() or "no suffix" for name in tree.sizes)
    counted = [f"{count:,} x {suffix}" for suffix, count in suffixes.most_common(5)]
    return ", ".join(counted)


@contextmanager
def _saying_refused(tree: Tree) -> Iterator[None]:
    """What is missing may be what the tree refused: say that too."""
    try:
        yield
    except Invalid as invalid:
        if not tree.refused:
            raise
        name, reason = tree.refused[0]
        number = len(tree.refused)
        files = "1 file" if number == 1 else f"{number:,} files"
        more = f"{files} may not be read, such as {name}: {reason}."
        raise Invalid(f"{invalid.message} {more}", **invalid.facts) from invalid
