"""The operations on dataset versions, each with its words and parameters: the one truth that REST, command
line, SDK and re-runs are made from.
"""

from __future__ import annotations

from safelight.domain.operations.declaring import Operation, Pictures
from safelight.domain.operations.exporting import Export, FileNames, Format
from safelight.domain.operations.pictures import (
    Copy,
    DeletePictures,
    Fork,
    ImportShapes,
    Into,
    Merge,
    Mode,
    Split,
    Stratify,
    Tag,
)
from safelight.domain.operations.saying import (
    ClassesToTags,
    Convert,
    DeleteLabels,
    DeleteShapes,
    Kind,
    MergeLabels,
    Others,
    RenameLabels,
    Result,
    TagsToClasses,
)

__all__ = [
    "OPERATIONS",
    "ClassesToTags",
    "Convert",
    "Copy",
    "DeleteLabels",
    "DeletePictures",
    "DeleteShapes",
    "Export",
    "FileNames",
    "Fork",
    "Format",
    "ImportShapes",
    "Into",
    "Kind",
    "Merge",
    "MergeLabels",
    "Mode",
    "Operation",
    "Others",
    "Pictures",
    "RenameLabels",
    "Result",
    "Split",
    "Stratify",
    "Tag",
    "TagsToClasses",
]

OPERATIONS: dict[str, type[Operation]] = {
    kind.operation: kind
    for kind in (
        Export,
        Fork,
        Copy,
        Merge,
        Split,
        ImportShapes,
        Convert,
        TagsToClasses,
        ClassesToTags,
        Tag,
        DeletePictures,
        DeleteShapes,
        RenameLabels,
        MergeLabels,
        DeleteLabels,
    )
}
