"""How change sets look in /api/v1: who, when, by which job, how much; and single pictures before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from safelight.actions.context import Context
from safelight.api.dataset_views import VersionRef
from safelight.api.pictures import (
    ShapeView,
    label_views,
    picture_urls,
    picture_view,
    shape_views,
)
from safelight.api.views import JobRef, Named, time_text
from safelight.domain import datasets
from safelight.domain.annotations import parse
from safelight.domain.datasets import LabelList, compare_labels
from safelight.store import assets, documents, history, labels, tags, versions
from safelight.store.changed import Changed, Side
from safelight.store.db import Read
from safelight.store.history import Entry
from safelight.store.numbers import Numbers
from safelight.store.packed import Packed, packed
from safelight.store.versions import Version

Json = dict[str, Any]
GONE = "removed since"  # the name of a label or tag that is not there any more


class ChangeRef(BaseModel):
    """Another change, as it appears inside one."""

    id: UUID
    number: int
    at: str
    by: Named | None
    job: JobRef | None


class ClassChange(BaseModel):
    """Shapes of a label in the pictures that changed."""

    name: str
    before: int
    after: int


class TagChange(BaseModel):
    """On how many pictures a tag was put, and off how many it was taken."""

    name: str
    on: int
    off: int


class FieldChange(BaseModel):
    """The version's name, description or type."""

    field: str
    before: str
    after: str


class Renamed(BaseModel):
    before: str
    after: str


class LabelsChange(BaseModel):
    """Labels of the version, by name. `changed`: other than in name."""

    added: list[str]
    removed: list[str]
    renamed: list[Renamed]
    changed: list[str]


class NumbersView(BaseModel):
    """How much a change changed. `exists`: that the version came into being (true) or was removed.

    Of a version that a job made, what it holds now stands as added.
    """

    pictures_added: int
    pictures_removed: int
    pictures_changed: int
    shapes_before: int
    shapes_after: int
    classes: list[ClassChange]
    labels: LabelsChange
    tags: list[TagChange]
    fields: list[FieldChange]
    exists: bool | None


class ChangeView(BaseModel):
    """A change set: what one run did to one version, or one edit by a user.

    `summary` says it in a line. `numbers` null: so many pictures that they are counted when the change
    is asked for by itself. `undone_by`: the undo that holds now. `number`: its place in the order of all
    changes.
    """

    id: UUID
    number: int
    version: VersionRef
    version_removed: bool
    at: str
    by: Named | None
    job: JobRef | None
    running: bool
    undoes: ChangeRef | None
    undone_by: ChangeRef | None
    summary: str | None
    numbers: NumbersView | None


class PictureSide(BaseModel):
    """A picture before or after. It did not exist, or these are its shapes."""

    exists: bool
    shapes: list[ShapeView]


class PictureChangeView(BaseModel):
    """A picture before and after. `filename` null: it was removed from the datalake since."""

    id: UUID
    data_id: UUID | None
    filename: str | None
    width: int | None
    height: int | None
    status: str | None
    thumbnail: str | None
    url: str | None
    before: PictureSide
    after: PictureSide
    tags_on: list[str]
    tags_off: list[str]


# --- a change set -------------------------------------------------------------------------------------


def change_view(read: Read, entry: Entry, numbers: Numbers | None) -> Json:
    version = versions.ever(read, entry.organization_id, key=entry.version_key)
    counted = None if numbers is None else _numbers(read, entry, version, numbers)
    return {
        **_ref(read, entry),
        "version": {
            "id": version.version_id,
            "name": version.name,
            "dataset": {"id": version.dataset_id, "name": version.dataset_name},
        },
        "version_removed": version.removed_at is not None,
        "running": not entry.is_over,
        "undoes": _other(read, entry, entry.undoes),
        "undone_by": _other(read, entry, entry.undone_by),
        "summary": counted and summary(counted),
        "numbers": counted,
    }


def _other(read: Read, entry: Entry, key: int | None) -> Json | None:
    return None if key is None else _ref(read, history.get(read, entry.organization_id, key))


def _ref(read: Read, entry: Entry) -> Json:
    job = entry.job
    return {
        "id": packed(read).change_set(entry.change_set_key),
        "number": entry.change_set_key,
        "at": time_text(entry.at),
        "by": entry.user_id and {"id": entry.user_id, "name": entry.user_name},
        "job": job
        and {"id": job.job_id, "run_id": job.run_id, "number": job.number, "name": job.name},
    }


def _numbers(read: Read, entry: Entry, version: Version, numbers: Numbers) -> Json:
    now = labels.get(read, version)
    before, after = _labels(read, entry.labels_before), _labels(read, entry.labels_after)
    names = _label_names(before, now, after)
    if entry.is_made_by_job:
        held = assets.label_counts(read, version.version_key)
        classes = {key: (0, count) for key, count in held.items()}
        numbers = Numbers(added=version.asset_count, classes=classes)
    different = compare_labels(before, after)
    shapes_before, shapes_after = numbers.shapes
    return {
        "pictures_added": numbers.added,
        "pictures_removed": numbers.removed,
        "pictures_changed": numbers.changed,
        "shapes_before": shapes_before,
        "shapes_after": shapes_after,
        "classes": _classes(names, numbers),
        "labels": {
            "added": different.added,
            "removed": different.removed,
            "renamed": [{"before": one, "after": other} for one, other in different.renamed],
            "changed": different.changed,
        },
        "tags": _tags(read, numbers),
        "fields": [
            {"field": field, "before": entry.fields_before[field], "after": value}
            for field, value in entry.fields_after.items()
            if field != "exists" and value != entry.fields_before[field]
        ],
        "exists": entry.fields_after.get("exists"),
    }


def _labels(read: Read, key: int | None) -> LabelList:
    return datasets.parse_labels(documents.get(read, key))


def _label_names(*lists: LabelList) -> dict[int, str]:
    return {label.key: label.name for each in lists for label in each.labels}


def _classes(names: dict[int, str], numbers: Numbers) -> list[Json]:
    """Those that changed most come first."""
    found = [
        {"name": names.get(key, GONE), "before": before, "after": after}
        for key, (before, after) in numbers.classes.items()
    ]
    return sorted(found, key=lambda each: (-abs(each["after"] - each["before"]), each["name"]))


def _tags(read: Read, numbers: Numbers) -> list[Json]:
    names = tags.names(read, [UUID(tag_id) for tag_id in numbers.tags])
    return [
        {"name": names.get(UUID(tag_id), GONE), "on": on, "off": off}
        for tag_id, (on, off) in numbers.tags.items()
    ]


# --- in a line ----------------------------------------------------------------------------------------


def summary(numbers: Json) -> str:
    """`+3 pictures · +12 shapes · label apple added`."""
    return " · ".join(_said(numbers)) or "nothing"


def _said(numbers: Json) -> Iterable[str]:
    if numbers["exists"] is not None:
        yield "the version came into being" if numbers["exists"] else "the version was removed"
    for sign, key in (("+", "pictures_added"), ("−", "pictures_removed")):
        if numbers[key]:
            yield f"{sign}{_number(numbers[key], 'picture')}"
    if numbers["pictures_changed"]:
        yield f"{_number(numbers['pictures_changed'], 'picture')} changed"
    shapes = numbers["shapes_after"] - numbers["shapes_before"]
    if shapes:
        yield f"{'+' if shapes > 0 else '−'}{_number(abs(shapes), 'shape')}"
    yield from _labels_said(numbers["labels"])
    for tag in numbers["tags"]:
        counts = [f"{sign}{tag[key]:,}" for sign, key in (("+", "on"), ("−", "off")) if tag[key]]
        yield f"tag {tag['name']} {' '.join(counts)}"
    for change in numbers["fields"]:
        yield f"{change['field']} {change['before'] or '(none)'} → {change['after'] or '(none)'}"


def _labels_said(different: Json) -> Iterable[str]:
    for word in ("added", "removed", "changed"):
        if different[word]:
            noun = "label" if len(different[word]) == 1 else "labels"
            yield f"{noun} {_listed(different[word])} {word}"
    for each in different["renamed"]:
        yield f"label {each['before']} → {each['after']}"


def _listed(names: Sequence[str], most: int = 3) -> str:
    rest = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


# --- single pictures ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scene:
    """What shapes are shown with."""

    packer: Packed
    before: dict[int, Json]
    after: dict[int, Json]


def picture_changes(
    context: Context, read: Read, entry: Entry, found: Sequence[Changed]
) -> list[Json]:
    version = versions.ever(read, entry.organization_id, key=entry.version_key)
    scene = _scene(read, entry, version)
    known = [each.data for each in found if each.data is not None]
    urls = dict(zip((one.data_id for one in known), picture_urls(context, known), strict=True))
    return [_picture(scene, each, urls) for each in found]


def _scene(read: Read, entry: Entry, version: Version) -> _Scene:
    packer, now = packed(read), labels.get(read, version)
    before, after = _labels(read, entry.labels_before), _labels(read, entry.labels_after)

    def views(*lists: LabelList) -> dict[int, Json]:
        return {
            key: view for each in lists for key, view in label_views(packer, version, each).items()
        }

    return _Scene(packer, views(now, after, before), views(now, before, after))


def _picture(scene: _Scene, each: Changed, urls: dict[UUID, str | None]) -> Json:
    one = each.data
    shown: Json = dict.fromkeys(("filename", "width", "height", "status", "thumbnail", "url"))
    return {
        "id": scene.packer.asset(each.asset_key),
        "data_id": one and one.data_id,
        **(picture_view(one, urls[one.data_id]) if one else shown),
        "before": _side(scene.packer, scene.before, each.asset_key, each.before),
        "after": _side(scene.packer, scene.after, each.asset_key, each.after),
        "tags_on": each.tags_on,
        "tags_off": each.tags_off,
    }


def _side(packer: Packed, names: dict[int, Json], asset_key: int, side: Side) -> Json:
    return {
        "exists": side.exists,
        "shapes": shape_views(packer, names, asset_key, parse(side.content)),
    }
