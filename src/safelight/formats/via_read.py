"""Reads the VGG Image Annotator's JSON: projects and exports of version 2, projects of version 3.

A region's label is one of its attributes: the only one, or the one that is chosen. Circles and ellipses
become polygons of many points and say so in the attribute `shape`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
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
from safelight.formats.round_shapes import ellipse
from safelight.formats.shape_text import checked, pairs, pixels, shape_text
from safelight.formats.tree import Tree

METADATA = "_via_img_metadata"  # where a project of version 2 keeps what an export is made of


class _Entry(Struct):
    """Version 2: a picture and its regions; old exports number them in an object."""

    filename: str
    regions: list[Any] | dict[str, Any] = []


class _Region2(Struct):
    shape_attributes: dict[str, Any]
    region_attributes: dict[str, Any] = {}


class _File3(Struct):
    fname: str


class _View3(Struct):
    fid_list: list[str | int]


class _Metadata3(Struct):
    vid: str | int
    xy: list[float]
    av: dict[str, Any] = {}
    z: list[float] = []


class _Attribute3(Struct):
    aname: str
    options: dict[str, Any] = {}


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
                yield _Region(where, image, file_name, region, *_form_2(region))

    def _of_version_3(self, top: dict[str, Element]) -> Iterator[_Region]:
        images = self._images_3(top)
        names: dict[str, _Attribute3] = {}
        if "attribute" in top:
            names = json_file.decode(top["attribute"].text, dict[str, _Attribute3])
        for key, element in _members(top["metadata"]):
            where = f"metadata {key}"
            try:
                said: _Metadata3 = json_file.decode(element.text, _Metadata3)
                if str(said.vid) not in images:
                    raise BadRecord(f"its view {str(said.vid)[:40]!r} is unknown")
                attributes = _attributes_3(said, names)
            except BadRecord as bad:
                self._reject(where, bad, element)
                continue
            form = _or_bad(_form_3, said)
            was = _ROUND_3.get(int(said.xy[0])) if said.xy else None
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


_Form = tuple[ShapeKind, Any]


def _or_bad(form: Callable[[Any], _Form], said: Any) -> _Form | BadRecord:
    try:
        return form(said)
    except BadRecord as bad:
        return bad


def _form_2(said: Element) -> tuple[dict[str, Any], _Form | BadRecord, str | None]:
    """Attributes and shape of a region of version 2, and what it was if it was round."""
    try:
        region: _Region2 = json_file.decode(said.text, _Region2)
    except BadRecord as bad:
        return {}, bad, None
    attributes = dict(region.region_attributes)
    kind = region.shape_attributes.get("name")
    form = _FORMS.get(str(kind))
    if form is None:
        return attributes, BadRecord(f"the shape {str(kind)[:40]!r} is not read"), None
    made = _or_bad(form, region.shape_attributes)
    return attributes, made, kind if kind in _ROUND else None


def _values(said: dict[str, Any], *names: str) -> list[float]:
    values = [said.get(name) for name in names]
    for name, value in zip(names, values, strict=True):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadRecord(f"its {name} is {str(value)[:40]!r}")
    return pixels(checked(values))  # type: ignore[arg-type]


def _path(said: dict[str, Any], at_least: int) -> list[list[float]]:
    xs, ys = said.get("all_points_x"), said.get("all_points_y")
    if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys):
        raise BadRecord("all_points_x and all_points_y are not two lists of the same length")
    if len(xs) < at_least:
        raise BadRecord(f"it has {len(xs)} points; it needs at least {at_least}")
    return [_values({"x": x, "y": y}, "x", "y") for x, y in zip(xs, ys, strict=True)]


def _rect(said: dict[str, Any]) -> _Form:
    return _box(_values(said, "x", "y", "width", "height"))


def _box(box: list[float]) -> _Form:
    if box[2] < 0 or box[3] < 0:
        raise BadRecord("its box has a negative size")
    return ShapeKind.RECTANGLE, box


def _circle(said: dict[str, Any]) -> _Form:
    x, y, radius = _values(said, "cx", "cy", "r")
    return ShapeKind.POLYGON, ellipse(x, y, radius, radius)


def _ellipse(said: dict[str, Any]) -> _Form:
    """`theta` is in radians; files of old versions do not have it."""
    x, y, radius_x, radius_y = _values(said, "cx", "cy", "rx", "ry")
    [theta] = _values({"theta": 0, **said}, "theta")
    return ShapeKind.POLYGON, ellipse(x, y, radius_x, radius_y, math.degrees(theta))


_FORMS: dict[str, Callable[[dict[str, Any]], _Form]] = {
    "rect": _rect,
    "circle": _circle,
    "ellipse": _ellipse,
    "polygon": lambda said: (ShapeKind.POLYGON, _path(said, 3)),
    "polyline": lambda said: (ShapeKind.LINE, _path(said, 2)),
    "point": lambda said: (ShapeKind.POINT, _values(said, "cx", "cy")),
}
_ROUND = frozenset({"circle", "ellipse"})


def _attributes_3(said: _Metadata3, names: dict[str, _Attribute3]) -> dict[str, Any]:
    """By name; of an attribute with options, the text of the one that is meant. Raises BadRecord."""
    attributes = {}
    for key, value in said.av.items():
        attribute = names.get(key)
        if attribute is None:
            raise BadRecord(f"its attribute {key[:40]!r} is unknown")
        attributes[attribute.aname] = attribute.options.get(str(value), value)
    return attributes


def _form_3(said: _Metadata3) -> _Form:
    """`xy` begins with the number of the kind of shape."""
    if said.z:
        raise BadRecord("stretches of time are not read")
    if not said.xy:
        return ShapeKind.CLASSIFICATION, None
    kind, *values = said.xy
    numbers = pixels(checked(values))
    count, form = _FORMS_3.get(int(kind), (0, None)) if kind.is_integer() else (0, None)
    if form is None:
        raise BadRecord(f"the shape {kind:g} is not read")
    if len(numbers) != count if count > 0 else len(numbers) < -count or len(numbers) % 2:
        raise BadRecord(f"it has {len(numbers)} coordinates")
    return form(numbers)


_ROUND_3 = {3: "circle", 4: "ellipse"}
# By number: how many coordinates (negative: at least so many, and pairs of them), and what they make.
_FORMS_3: dict[int, tuple[int, Callable[[list[float]], _Form]]] = {
    1: (2, lambda said: (ShapeKind.POINT, said)),
    2: (4, _box),
    3: (3, lambda said: (ShapeKind.POLYGON, ellipse(said[0], said[1], said[2], said[2]))),
    4: (4, lambda said: (ShapeKind.POLYGON, ellipse(said[0], said[1], said[2], said[3]))),
    5: (4, lambda said: (ShapeKind.LINE, pairs(said))),
    6: (-4, lambda said: (ShapeKind.LINE, pairs(said))),
    7: (-6, lambda said: (ShapeKind.POLYGON, pairs(said))),
}
