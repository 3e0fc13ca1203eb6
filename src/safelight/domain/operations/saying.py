"""Operations on what is said of pictures and by which labels."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from safelight.domain.datasets import check_name
from safelight.domain.operations.declaring import Operation, Pictures, asked, parameters
from safelight.domain.operations.pictures import check_meant, check_unique, some_pictures
from safelight.errors import Invalid


class Kind(StrEnum):
    """A kind of shape."""

    RECTANGLE = "rectangle"
    POLYGON = "polygon"
    CLASSIFICATION = "classification"
    LINE = "line"
    POINT = "point"
    KEYPOINTS = "keypoints"
    MASK = "mask"


class Result(StrEnum):
    """A kind that shapes can be converted to."""

    RECTANGLE = "rectangle"
    POLYGON = "polygon"
    POINT = "point"
    CLASSIFICATION = "classification"


class Others(StrEnum):
    """What becomes of shapes that cannot be converted."""

    FAIL = "fail"
    KEEP = "keep"
    REMOVE = "remove"


@parameters
class Convert(Operation):
    """Convert shapes into another kind, as a job: polygons to boxes, masks to polygons, boxes to classes ...

    What cannot be converted exactly is listed; `others` says what becomes of it. Shapes keep their ids.
    """

    operation: ClassVar[str] = "convert"
    title: ClassVar[str] = "Convert shapes"

    to: Result = asked("The kind that shapes shall have.")
    kinds: list[Kind] = asked("Only shapes of these kinds.", default_factory=list)
    labels: list[str] = asked("Only shapes of these labels.", default_factory=list)
    others: Others = asked("What becomes of shapes that cannot be converted.", default=Others.FAIL)
    set_type: bool = asked("Also make it the type of the version.", default=True)
    pictures: Pictures = some_pictures()

    def describe(self, version: str) -> str:
        return f"Convert shapes of {version} to {self.to}"


@parameters
class TagsToClasses(Operation):
    """Give pictures the classes that their tags name, as a job. Labels that are missing are made."""

    operation: ClassVar[str] = "tags_to_classes"
    title: ClassVar[str] = "Tags to classes"

    tags: list[str] = asked("Only these tags; else all that pictures have.", default_factory=list)
    remove_tags: bool = asked("Take the tags off the pictures.", default=False)
    pictures: Pictures = some_pictures()
    of_data: bool = asked(
        "The tags that pictures have in their datalake, not those in the version.", default=False
    )

    def __post_init__(self) -> None:
        if self.of_data and self.remove_tags:
            raise Invalid(
                "Tags of a datalake stay on its pictures, which other versions have too: take them off "
                "there.",
                field="remove_tags",
            )

    def describe(self, version: str) -> str:
        return f"Tags to classes in {version}"


@parameters
class ClassesToTags(Operation):
    """Give pictures the tags that their classes name, as a job. Tags that are missing are made."""

    operation: ClassVar[str] = "classes_to_tags"
    title: ClassVar[str] = "Classes to tags"

    labels: list[str] = asked("Only these labels; else all.", default_factory=list)
    any_shape: bool = asked("Boxes and other shapes count as well.", default=False)
    remove_classes: bool = asked("Take the classes off the pictures.", default=False)
    pictures: Pictures = some_pictures()

    def describe(self, version: str) -> str:
        return f"Classes to tags in {version}"


@parameters
class DeleteShapes(Operation):
    """Delete shapes, or all annotations of pictures, as a job. Pictures and labels stay."""

    operation: ClassVar[str] = "delete_shapes"
    title: ClassVar[str] = "Delete annotations"

    labels: list[str] = asked("Only shapes of these labels.", default_factory=list)
    kinds: list[Kind] = asked("Only shapes of these kinds.", default_factory=list)
    pictures: Pictures = some_pictures()
    everything: bool = asked("All annotations are meant.", default=False)

    def check_scope(self) -> None:
        narrowed = self.labels or self.kinds or not self.pictures.is_everything
        check_meant(not narrowed, self.everything, "annotations")

    def describe(self, version: str) -> str:
        return f"Delete annotations of {version}"


@parameters
class RenameLabels(Operation):
    """Rename labels, as a job. Shapes stay as they are, and so does the order of the labels."""

    operation: ClassVar[str] = "rename_labels"
    title: ClassVar[str] = "Rename labels"

    names: dict[str, str] = asked("New names, as OLD=NEW.")

    def __post_init__(self) -> None:
        if not self.names:
            raise Invalid("Name a label to rename.", field="names")
        for old, new in self.names.items():
            check_name(new, "label")
            if old == new:
                raise Invalid(f"Label {old!r} has that name already.", field=f"names.{old}")
            if new in self.names:
                raise Invalid(
                    f"{new!r} is renamed itself: rename in two steps.", field=f"names.{old}"
                )
        check_unique(list(self.names.values()), "names", "label")

    def describe(self, version: str) -> str:
        return f"Rename labels of {version}"


@parameters
class MergeLabels(Operation):
    """Merge labels into one, as a job: their shapes get its label, then they are removed."""

    operation: ClassVar[str] = "merge_labels"
    title: ClassVar[str] = "Merge labels"

    labels: list[str] = asked("The labels to give up.")
    into: str = asked("The label that takes their shapes.")

    def __post_init__(self) -> None:
        if not self.labels:
            raise Invalid("Name a label to give up.", field="labels")
        check_unique(self.labels, "labels", "label")
        if self.into in self.labels:
            raise Invalid(f"Label {self.into!r} cannot be merged into itself.", field="into")

    def describe(self, version: str) -> str:
        return f"Merge labels of {version} into {self.into}"


@parameters
class DeleteLabels(Operation):
    """Delete labels with all their shapes, as a job."""

    operation: ClassVar[str] = "delete_labels"
    title: ClassVar[str] = "Delete labels"

    labels: list[str] = asked("The labels to delete.")

    def __post_init__(self) -> None:
        if not self.labels:
            raise Invalid("Name a label to delete.", field="labels")
        check_unique(self.labels, "labels", "label")

    def describe(self, version: str) -> str:
        return f"Delete labels of {version}"
