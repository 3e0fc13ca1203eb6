"""Reads the VGG Image Annotator's JSON: projects and exports of version 2, projects of version 3.

A region's label is one of its attributes: the only one, or the one that is chosen. Circles and ellipses
become polygons of many points and say so in the attribute `shape`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from safelight.domain.annotations import ShapeKind
from safelight.errors import Invalid
from safelight.formats import json_file
from safelight.formats.found import Found
from safelight.formats.gathering import Gathering
from safelight.formats.json_stream import Element, elements, members
from safelight.formats.pictures import Pictures, base_name
from safelight.formats.reading import Reading
from safelight.formats.rejects import BadRecord
from safelight.formats.shape_text import shape_text
from safelight.formats.tree import Tree
from safelight.formats.via_shapes import (
    ROUND_3,
    Attribute3,
    Metadata3,
    attributes_3,
    form_2,
    form_3,
    or_bad,
)

METADATA = "_via_img_metadata"  # where a project of version 2 keeps what an export is made of


class _Entry(Struct):
    """Version 2: a picture and its regions; old exports number them in an object."""

    filename: str
    regions: list[Any] | dict[str, Any] = []


class _File3(Struct):
    fname: str


class _View3(Struct):
    fid_list: list[str | int]


@dataclass(frozen=True, slots=True)
class _Region:
    """A region as both versions say it; `form` is what is wrong with it, where it is wrong."""

    where: str
    image: int
    file_name: str
    said: Element
    attributes: dict[str, Any]
    form: tuple[ShapeKind, Any] | BadRecord
    round: str | None = None  # what it was before it became a polygon


def read(tree: Tree, reading: Reading) -> Found:
    """Raises Invalid where it is not VIA's file, or where it is open which attribute is the label."""
    files = tree.named(".json")
    if len(files) != 1:
        raise Invalid(f"One JSON file is read as VIA's, not {len(files)}: {', '.join(files[:3])}.")
    reader = _Reader(tree, reading, files[0])
    try:
        regions = reader.regions()
    except (BadRecord, Invalid) as error:
        raise Invalid(f"{files[0]}: {str(error).removesuffix('.')}.") from error
    return reader.take(regions)


class _Reader:
    def __init__(self, tree: Tree, reading: Reading, file: str) -> None:
        self._tree, self._file = tree, file
        self._chosen = reading.label_attribute
        self._found = Gathering(reading)
        self._pictures = Pictures(tree)

    def regions(self) -> list[_Region]:
        """Raises BadRecord, Invalid where the file is not VIA's."""
        listed = list(members(self._tree.read(self._file, json_file.LIMIT)))
        top = dict(listed)
        if "metadata" in top and "file" in top:
            return list(self._of_version_3(top))
        if METADATA in top:
            return list(self._of_version_2(_members(top[METADATA])))
        return list(self._of_version_2(listed))

    def take(self, regions: list[_Region]) -> Found:
        label = self._label_attribute(regions)
        for region in regions:
            try:
                category, text = self._shape(region, label)
            except BadRecord as bad:
                self._reject(region.where, bad, region.said, f"image {region.file_name}")
                continue
            self._found.add(region.where, region.image, category, text)
        return self._found.finish()

    def _reject(self, where: str, bad: BadRecord, said: Element, *also: str) -> None:
        self._found.reject(
            where, bad, file=self._file, offset=said.offset, record=said.text, also=also
        )

    def _label_attribute(self, regions: list[_Region]) -> str:
        """The one that is chosen, or the only one there is. Raises Invalid."""
        known = dict.fromkeys(name for region in regions for name in region.attributes)
        if self._chosen is not None:
            if regions and self._chosen not in known:
                raise Invalid(
                    f"No region has the attribute {self._chosen!r}, only {_listed(known)}."
                )
            return self._chosen
        if len(known) > 1:
            raise Invalid(
                f"Which attribute of the regions is the label? They have {_listed(known)}."
            )
        return next(iter(known), "")

    def _shape(self, region: _Region, label: str) -> tuple[int, bytes]:
        if isinstance(region.form, BadRecord):
            raise region.form
        category = self._found.category(_name(region.attributes, label))
        attributes = {name: value for name, value in region.attributes.items() if name != label}
        if region.round is not None:
            attributes.setdefault("shape", region.round)
        return category, shape_text(*region.form, attributes=attributes)

    def _image(self, said: str) -> tuple[int, str]:
        """Raises BadRecord."""
        file_name = base_name(said)
        member = self._pictures.find(said) if file_name else None
        size = self._pictures.size(member) if member else (None, None)
        return self._found.image(file_name, *size, member=member), file_name

    def _of_version_2(self, entries: Iterable[tuple[str, Element]]) -> Iterator[_Region]:
        for key, said in entries:
            try:
                entry: _Entry = json_file.decode(said.text, _Entry)
                image, file_name = self._image(entry.filename)
            except BadRecord as bad:
                self._reject(f"image {key}", bad, said)
                continue
            for at, region in enumerate(_regions_2(said), start=1):
                where = f"image {file_name}: region {at}"
                yield _Region(where, image, file_name, region, *form_2(region))

    def _of_version_3(self, top: dict[str, Element]) -> Iterator[_Region]:
        images = self._images_3(top)
        names: dict[str, Attribute3] = {}
        if "attribute" in top:
            names = json_file.decode(top["attribute"].text, dict[str, Attribute3])
        for key, element in _members(top["metadata"]):
            where = f"metadata {key}"
            try:
                said: Metadata3 = json_file.decode(element.text, Metadata3)
                if str(said.vid) not in images:
                    raise BadRecord(f"its view {str(said.vid)[:40]!r} is unknown")
                attributes = attributes_3(said, names)
            except BadRecord as bad:
                self._reject(where, bad, element)
                continue
            form = or_bad(form_3, said)
            was = ROUND_3.get(int(said.xy[0])) if said.xy else None
            yield _Region(where, *images[str(said.vid)], element, attributes, form, was)

    def _images_3(self, top: dict[str, Element]) -> dict[str, tuple[int, str]]:
        """Pictures by the views that show them. Raises Invalid."""
        files = dict(_members(top["file"]))
        images: dict[str, tuple[int, str]] = {}
        for view, element in _members(top["view"]) if "view" in top else ():
            try:
                said: _View3 = json_file.decode(element.text, _View3)
                if len(said.fid_list) != 1 or str(said.fid_list[0]) not in files:
                    raise BadRecord("it does not show one file of the project")
                file: _File3 = json_file.decode(files[str(said.fid_list[0])].text, _File3)
                images[view] = self._image(file.fname)
            except BadRecord as bad:
                self._reject(f"view {view}", bad, element)
        return images


def _members(element: Element) -> Iterator[tuple[str, Element]]:
    return members(element.text, element.offset)


def _regions_2(entry: Element) -> list[Element]:
    """A list or, in old exports, an object that numbers them."""
    regions = dict(_members(entry)).get("regions")
    if regions is None:
        return []
    if regions.text[:1] == b"{":
        return [region for _, region in _members(regions)]
    return elements(regions.text, regions.offset)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, list(names)[:10])) or "none"


def _name(attributes: dict[str, Any], label: str) -> str:
    """The label that an attribute says: its text, or the one box that is ticked."""
    said = attributes.get(label)
    if isinstance(said, dict):
        ticked = [name for name, is_ticked in said.items() if is_ticked]
        if len(ticked) != 1:
            raise BadRecord(f"its attribute {label!r} names {len(ticked)} labels, not one")
        said = ticked[0]
    if said is None or said == "":
        raise BadRecord(f"it has no attribute {label!r}" if label else "it has no attribute")
    if not isinstance(said, str | int):
        raise BadRecord(f"its attribute {label!r} is no text")
    return str(said)
