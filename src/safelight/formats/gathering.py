"""Gathers what a reader finds in a tree: pictures and categories get positions, shapes go to the spill.

What only one reading can tell is decided here for all formats: names that appear twice, and which
records are wanted at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from safelight.formats.found import Category, Found, check_category_name
from safelight.formats.images import FileNames, Image, check_file_name
from safelight.formats.reading import Reading

_AT_ONCE = 2_000
_TELL_EVERY = 500


class Gathering:
    def __init__(self, reading: Reading) -> None:
        self._reading, self._spill = reading, reading.spill
        self._found = Found(reading.spill.pictures, rejects=reading.rejects)
        self._names = FileNames(self._found.images)
        self._images = 0
        self._categories: dict[str, int] = {}
        self._wanted: set[int] = set()
        self._texts: list[bytes] = []
        self._of_images: list[int] = []
        self._of_categories: list[int] = []
        self._shapes = 0
        self._files = 0

    def image(
        self, file_name: str, width: int | None, height: int | None, *, member: str | None = None
    ) -> int:
        """The position of a picture, which no other record may define. `member`: its file in the
        tree. Raises BadRecord.
        """
        check_file_name(file_name)
        self._names.add(file_name)
        position = self._images
        self._images += 1
        image = Image(file_name, file_name, width, height)
        self._found.images[position] = image
        if member is not None:
            self._found.members[position] = member
        if self._reading.only is not None and self._reading.wants(image.where):
            self._wanted.add(position)
        return position

    def category(self, name: str, keypoints: Sequence[str] = ()) -> int:
        """The position of a category, the same for the same name. Raises BadRecord."""
        position = self._categories.get(name)
        if position is None:
            check_category_name(name)
            position = self._categories[name] = len(self._categories)
            self._found.categories[position] = Category(name, name, list(keypoints))
        return position

    def add(
        self, where: str, image: int, category: int, text: bytes, also: Sequence[str] = ()
    ) -> None:
        """Take a shape, if it is wanted: by its own name, that of its picture or of its category."""
        if self._reading.only is not None:
            names = self._found.images[image].where, self._found.categories[category].where
            if not self._reading.wants(where, *names, *also):
                return
        self._texts.append(text)
        self._of_images.append(image)
        self._of_categories.append(category)
        self._shapes += 1
        if len(self._texts) >= _AT_ONCE:
            self._flush()

    def reject(
        self,
        where: str,
        reason: str | Exception,
        *,
        file: str | None = None,
        line: int | None = None,
        offset: int | None = None,
        record: bytes = b"",
        also: Sequence[str] = (),
    ) -> None:
        """Name a bad record, if it is wanted: by its own name or what it belongs to."""
        if self._reading.wants(where, *also):
            said = str(reason).removesuffix(".")
            self._found.rejects.add(where, said, offset=offset, file=file, line=line, record=record)

    def reject_image(self, file_name: str, reason: str | Exception, *, file: str) -> None:
        """Name a picture that cannot be taken; shapes that it has are not looked at."""
        self.reject(f"image {file_name}", reason, file=file)

    def file_done(self) -> None:
        """One more file of the tree has been read."""
        self._files += 1
        if self._files % _TELL_EVERY == 0:
            self._reading.progress(self._files, self._shapes)

    def finish(self) -> Found:
        self._flush()
        self._reading.progress(self._files, self._shapes)
        self._spill.seal(self._images)
        if self._reading.only is not None:
            for position in range(self._images):
                if position not in self._wanted and not self._spill.of_image(position):
                    del self._found.images[position]
                    self._found.members.pop(position, None)
        return self._found

    def _flush(self) -> None:
        first = len(self._spill)
        ids = list(range(first, first + len(self._texts)))
        self._spill.add(self._texts, self._of_images, self._of_categories, ids)
        self._texts, self._of_images, self._of_categories = [], [], []
