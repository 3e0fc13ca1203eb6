"""Changes of whole annotation documents that operations on many pictures make. Knows no storage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from msgspec.structs import replace

from safelight.domain.annotations import (
    EMPTY,
    Annotation,
    Document,
    MergeMode,
    Numbers,
    Shape,
    ShapeKind,
    add_annotation,
    add_shapes,
    draft,
    merge,
)

Change = Callable[[Shape], Shape | None]


def change_shapes(document: Document, change: Change) -> Document:
    """With what `change` makes of each shape; None removes it. Its annotation stays."""
    return Document(
        tuple(
            replace(
                one,
                shapes=tuple(
                    changed for shape in one.shapes if (changed := change(shape)) is not None
                ),
            )
            for one in document.annotations
        )
    )


def relabel(document: Document, keys: Mapping[int, int]) -> Document:
    """With other label keys. Shapes of a label that `keys` does not know are left out."""
    return change_shapes(
        document,
        lambda shape: (
            replace(shape, label_key=keys[shape.label_key]) if shape.label_key in keys else None
        ),
    )


def renumber(document: Document, numbers: Numbers) -> tuple[Document, Numbers]:
    """The same content under new numbers, for another asset that may have given out these already."""
    renumbered = EMPTY
    for annotation in document.annotations:
        renumbered, numbers = add_annotation(renumbered, annotation, numbers)
    return renumbered, numbers


def receive(
    document: Document, numbers: Numbers, arriving: Document, mode: MergeMode
) -> tuple[Document, Numbers]:
    """What an asset says after the document of another asset of the same picture arrived.

    REPLACE: what arrived, whole. KEEP: that, only if nothing was said. CONCATENATE: the shapes of the last
    annotation that arrived, at the end of the last one here.
    """
    last = arriving.last
    if mode is MergeMode.REPLACE or not document.annotations:
        return renumber(arriving, numbers)
    if mode is MergeMode.KEEP or last is None:
        return document, numbers
    return merge(document, last, mode, numbers)


def add_classes(
    document: Document, label_keys: Collection[int], numbers: Numbers, at: int
) -> tuple[Document, Numbers]:
    """With classifications in the last annotation, which is made if there is none (`at`: when). Those that
    it has are not added again.
    """
    last = document.last
    known = classes(document)
    drafts = tuple(draft(ShapeKind.CLASSIFICATION, key) for key in label_keys if key not in known)
    if not drafts:
        return document, numbers
    if last is None:
        return add_annotation(document, Annotation(0, at, shapes=drafts), numbers)
    return add_shapes(document, last.number, drafts, numbers)


def classes(document: Document, *, any_shape: bool = False) -> set[int]:
    """Label keys of the classifications (or of all shapes) of the last annotation."""
    return {
        shape.label_key
        for shape in (document.last.shapes if document.last else ())
        if any_shape or shape.kind is ShapeKind.CLASSIFICATION
    }
