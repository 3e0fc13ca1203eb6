"""Operations on which pictures a version holds: forks, copies, merges, splits, tags, removal."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any, ClassVar

from safelight.domain.datasets import check_name
from safelight.domain.operations.declaring import Operation, Pictures, asked, parameters
from safelight.errors import Invalid


class Mode(StrEnum):
    """What becomes of the annotations of a picture that is there already."""

    REPLACE = "replace"
    KEEP = "keep"
    CONCATENATE = "concatenate"


class Stratify(StrEnum):
    """What shall be as frequent in every part as in the whole."""

    NONE = "none"
    LABEL = "label"
    TAG = "tag"


class Into(StrEnum):
    """What the parts of a split become."""

    VERSIONS = "versions"
    TAGS = "tags"


def some_pictures() -> Any:
    return asked("Which pictures; else all.", default_factory=Pictures)


@parameters
class Fork(Operation):
    """Make another version of the same dataset from this one, as a job. 409 if its name is taken."""

    operation: ClassVar[str] = "fork"
    title: ClassVar[str] = "Fork"

    name: str = asked("Name of the new version.")
    description: str = asked("What the new version is for.", default="")
    with_annotations: bool = asked("Take the annotations along.", default=True)
    with_labels: bool = asked("Take the labels along; annotations need them.", default=True)
    with_tags: bool = asked("Take the tags of the pictures along.", default=True)
    pictures: Pictures = some_pictures()

    @property
    def changes_version(self) -> bool:
        return False

    @property
    def makes(self) -> list[str]:
        return [self.name]

    def describe(self, version: str) -> str:
        return f"Fork {version} → {self.name}"


@parameters
class Copy(Operation):
    """Copy pictures with what is said of them from another version into this one, as a job.

    A picture that is here already stays the same asset. Labels go by name, or as `labels` says.
    """

    operation: ClassVar[str] = "copy"
    title: ClassVar[str] = "Copy pictures from another version"

    source: str = asked("The version to copy from.", is_version=True)
    mode: Mode = asked("Annotations of pictures that are here already.", default=Mode.KEEP)
    labels: dict[str, str] = asked(
        "Labels that have another name here, as THERE=HERE.", default_factory=dict
    )
    create_labels: bool = asked("Make labels that are missing here.", default=True)
    with_annotations: bool = asked("Take the annotations along.", default=True)
    with_tags: bool = asked("Take the tags of the pictures along.", default=True)
    pictures: Pictures = asked("Which pictures of the source; else all.", default_factory=Pictures)

    def describe(self, version: str) -> str:
        return f"Copy pictures into {version}"


@parameters
class ImportShapes(Operation):
    """Take shapes of the same pictures from another version, as a job. No picture is added.

    Labels go by name, or as `labels` says.
    """

    operation: ClassVar[str] = "import_shapes"
    title: ClassVar[str] = "Import shapes from another version"

    source: str = asked("The version to take them from.", is_version=True)
    mode: Mode = asked("Annotations of pictures that have some already.", default=Mode.CONCATENATE)
    labels: dict[str, str] = asked(
        "Labels that have another name here, as THERE=HERE.", default_factory=dict
    )
    only_labels: list[str] = asked(
        "Only shapes of these labels of the source.", default_factory=list
    )
    create_labels: bool = asked("Make labels that are missing here.", default=True)
    pictures: Pictures = asked("Which pictures of the source; else all.", default_factory=Pictures)

    def describe(self, version: str) -> str:
        return f"Import shapes into {version}"


@parameters
class Merge(Operation):
    """Merge other versions with this one, into a new version or into this one, as a job.

    A picture that several have comes in once; `mode` says what becomes of the annotations.
    """

    operation: ClassVar[str] = "merge"
    title: ClassVar[str] = "Merge versions"

    versions: list[str] = asked("The versions to merge with this one.", is_version=True)
    name: str = asked("Name of the new version; empty: into this one.", default="")
    mode: Mode = asked(
        "Annotations of pictures that several have: of the last (replace), of the first (keep), or "
        "of all (concatenate).",
        default=Mode.KEEP,
    )
    labels: dict[str, str] = asked(
        "Labels of the others that get another name, as THERE=HERE.", default_factory=dict
    )
    with_tags: bool = asked("Take the tags of the pictures along.", default=True)

    def __post_init__(self) -> None:
        if not self.versions:
            raise Invalid("A merge needs another version.", field="versions")
        check_unique(self.versions, "versions", "version")

    @property
    def changes_version(self) -> bool:
        return not self.name

    @property
    def makes(self) -> list[str]:
        return [self.name] if self.name else []

    def describe(self, version: str) -> str:
        more = len(self.versions)
        others = "another version" if more == 1 else f"{more} other versions"
        into = f" → {self.name}" if self.name else ""
        return f"Merge {version} with {others}{into}"


@parameters
class Split(Operation):
    """Split a version into parts, by ratios or by tags, as a job. Every picture is in one part.

    Ratios give exact numbers of pictures; the same seed gives the same parts. With `stratify` labels
    (or tags) are as frequent in every part as in the whole.
    """

    operation: ClassVar[str] = "split"
    title: ClassVar[str] = "Split"
    naming: ClassVar[str] = "parts"

    parts: dict[str, float] = asked(
        "Name and ratio of each part, as NAME=RATIO.", default_factory=dict
    )
    tags: list[str] = asked(
        "By tags instead: a part for each, with the pictures that have it.", default_factory=list
    )
    rest: str = asked("With tags: the part of the pictures that have none of them.", default="")
    stratify: Stratify = asked("What shall be as frequent in every part.", default=Stratify.NONE)
    seed: int = asked("Another seed gives other parts.", default=0, ge=0)
    into: Into = asked(
        "Make new versions, or tags on the pictures of this one.", default=Into.VERSIONS
    )
    pictures: Pictures = some_pictures()

    def __post_init__(self) -> None:
        if bool(self.parts) == bool(self.tags):
            raise Invalid("A split has either parts with ratios, or tags.", field="parts")
        names = [check_name(name, "part") for name in self.names]
        if len(names) < 2:
            raise Invalid("A split has at least two parts.", field="parts")
        check_unique(names, "parts", "part")
        if self.parts:
            self._check_ratios()
        elif self.into is Into.TAGS:
            raise Invalid("A split by tags makes versions: its tags are there.", field="into")

    def _check_ratios(self) -> None:
        for name, ratio in self.parts.items():
            if not (math.isfinite(ratio) and 0 < ratio < 1):
                raise Invalid(
                    f"The ratio of {name} is between 0 and 1, not {ratio:g}.",
                    field=f"parts.{name}",
                )
        total = math.fsum(self.parts.values())
        if abs(total - 1) > 1e-6:
            raise Invalid(
                f"The ratios of the parts must add up to 1, not {total:g}.", field="parts"
            )
        if self.rest:
            raise Invalid("Ratios leave no rest.", field="rest")

    @property
    def names(self) -> list[str]:
        """The parts in their order."""
        return list(self.parts) or [*self.tags, *([self.rest] if self.rest else [])]

    @property
    def changes_version(self) -> bool:
        return self.into is Into.TAGS

    @property
    def makes(self) -> list[str]:
        return self.names if self.into is Into.VERSIONS else []

    def describe(self, version: str) -> str:
        return f"Split {version} into {', '.join(self.names)}"


@parameters
class Tag(Operation):
    """Put tags on pictures and take others off, as a job. Tags that are missing are made."""

    operation: ClassVar[str] = "tag"
    title: ClassVar[str] = "Tag pictures"

    add: list[str] = asked("Tags to put on.", default_factory=list)
    remove: list[str] = asked("Tags to take off.", default_factory=list)
    pictures: Pictures = some_pictures()

    def __post_init__(self) -> None:
        if not (self.add or self.remove):
            raise Invalid("Name tags to put on or to take off.", field="add")
        for name in self.add:
            check_name(name, "tag")
        both = sorted(set(self.add) & set(self.remove))
        if both:
            raise Invalid(f"Tag {both[0]!r} cannot be put on and taken off.", field="remove")

    def describe(self, version: str) -> str:
        return f"Tag pictures of {version}"


@parameters
class DeletePictures(Operation):
    """Take pictures out of a version, as a job. They stay in the datalake."""

    operation: ClassVar[str] = "delete_pictures"
    title: ClassVar[str] = "Delete pictures"

    pictures: Pictures = some_pictures()
    everything: bool = asked("All pictures are meant.", default=False)

    def check_scope(self) -> None:
        check_meant(self.pictures.is_everything, self.everything, "pictures")

    def describe(self, version: str) -> str:
        return f"Delete pictures of {version}"


def check_meant(is_everything: bool, is_meant: bool, what: str) -> None:
    """Raises Invalid where nothing narrows down what is lost, unless that is meant, and the other way."""
    if is_everything and not is_meant:
        raise Invalid(
            f"Say which {what}, or that all of them are meant: everything.", field="everything"
        )
    if is_meant and not is_everything:
        raise Invalid(f"Say either which {what}, or everything.", field="everything")


def check_unique(names: list[str], field: str, noun: str) -> None:
    """Raises Invalid naming what is there twice."""
    for at, name in enumerate(names):
        if name in names[:at]:
            raise Invalid(f"The {noun} {name!r} is named twice.", field=field)
