"""What an import has written of each picture: a few bytes for each of millions, by the image's position."""

from __future__ import annotations

from array import array

from safelight.domain.annotations import Numbers

Written = tuple[int | None, Numbers]
"""The document of a picture (None: nothing is said of it) and the asset's next numbers."""

_NOT, _NOTHING = (
    -1,
    0,
)  # not written, and written that it says nothing; keys of documents are greater


class WrittenOf:
    """Pictures that are left alone have no entry."""

    def __init__(self) -> None:
        self._documents = array("q")
        self._annotations, self._shapes = array("I"), array("I")
        self._number = 0

    def __len__(self) -> int:
        return self._number

    def __contains__(self, image: int) -> bool:
        return image < len(self._documents) and self._documents[image] != _NOT

    def __getitem__(self, image: int) -> Written:
        """Raises KeyError where there is no entry."""
        if image not in self:
            raise KeyError(image)
        document = self._documents[image]
        numbers = Numbers(self._annotations[image], self._shapes[image])
        return (None if document == _NOTHING else document), numbers

    def __setitem__(self, image: int, written: Written) -> None:
        missing = image + 1 - len(self._documents)
        if missing > 0:
            self._documents.extend([_NOT] * missing)
            self._annotations.extend([0] * missing)
            self._shapes.extend([0] * missing)
        self._number += image not in self
        document, numbers = written
        self._documents[image] = _NOTHING if document is None else document
        self._annotations[image], self._shapes[image] = numbers.annotation, numbers.shape
