"""Packs the one file of a format together with the pictures that it names, as a zip."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from safelight.formats.member_names import MemberNames
from safelight.formats.writing import Out, Picture, Writing, Written
from safelight.formats.zip_stream import ZipStream

Write = Callable[[Out, Writing], Written]


def write(out: Out, writing: Writing, *, inside: str, write: Write) -> Written:
    """A zip of `images/` and, behind them, the file `inside`, which waits in a scratch file."""
    listed = writing.listed
    with (
        ZipStream(out, writing.scratch) as archive,
        tempfile.TemporaryFile(dir=writing.scratch) as waiting,
    ):
        renamed: list[str] = []
        named = replace(
            writing,
            pictures=_packing(archive, writing.pictures, renamed),
            listed=None if listed is None else lambda: _named(listed()),
        )
        written = write(waiting, named)
        for name in renamed:
            written.changed.at = name
            written.changed["name of a picture that is unsafe or taken"] += 1
        waiting.seek(0)
        archive.pack(inside, waiting)
    return written


def _named(pictures: Iterable[Picture]) -> Iterator[Picture]:
    """The pictures under the names that their files get in the zip: the same in every turn."""
    names = MemberNames()
    for picture in pictures:
        yield replace(picture, file_name=str(names.take(picture.file_name)), open=None)


def _packing(
    archive: ZipStream, pictures: Iterable[Picture], renamed: list[str]
) -> Iterator[Picture]:
    """The same, with their files packed."""
    names = MemberNames()
    for picture in pictures:
        name = str(names.take(picture.file_name))
        if name != picture.file_name:
            renamed.append(picture.file_name)
        if picture.open is not None:
            with picture.open() as file:
                archive.copy(f"images/{name}", file)
        yield replace(picture, file_name=name, open=None)
