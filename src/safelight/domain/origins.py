"""Where the content of a version came from: what a job that wrote into it was given says which versions it took it of."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID


class OriginKind(StrEnum):
    """How content came from other versions; the name of the operation."""

    FORK = "fork"
    COPY = "copy"
    IMPORT_SHAPES = "import_shapes"
    MERGE = "merge"
    SPLIT = "split"
    PROCESSING = "processing"


def sources(
    kind: OriginKind, target: UUID | None, inputs: Mapping[str, Any], *, made: bool
) -> tuple[UUID, ...]:
    """The versions that a run took content from, in the order in which it did.

    `target`: the version that its job is about, if it is about one. `made`: it made the version that it wrote
    into. What tags, or a script, do to the version that they are about is no origin.
    """
    match kind:
        case OriginKind.FORK:
            return (UUID(inputs["source_version_id"]),)
        case OriginKind.COPY | OriginKind.IMPORT_SHAPES:
            return (UUID(inputs["source"]),)
        case OriginKind.MERGE:
            others = tuple(UUID(each) for each in inputs["versions"])
            return (target, *others) if made and target else others
        case OriginKind.SPLIT | OriginKind.PROCESSING:
            return (target,) if made and target else ()
