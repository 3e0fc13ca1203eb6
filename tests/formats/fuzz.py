"""Fuzzes the readers of all formats, guided by what code an input reaches.

    python -m tests.formats.fuzz SECONDS

The first byte of an input says what the rest is: a file of one format, or a zip. Whatever it is, reading ends
soon, in bounded memory, with shapes, bad records or Invalid. It begins with good files, the corpus of
malformed ones and the golden files. An input that does anything else is written to the folder it is run in.
"""

from __future__ import annotations

import io
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["safelight.formats"]):
    from safelight.errors import Invalid
    from safelight.formats import readers
    from safelight.formats.reading import Reading
    from safelight.formats.spill import Spill
    from safelight.formats.tree import open_tree

from tests.formats.corpus.make import CASES
from tests.formats.samples import NASTY, SAMPLES, WORD, size_of
from tests.formats.trees import packed

GOLDEN = Path(__file__).parent / "golden"
LIMITS = ["-timeout=20", "-rss_limit_mb=2048", "-max_len=65536"]
# What an input can be: the format, and the file of a good dataset of which it takes the place.
KINDS = [(format.partition(" ")[0], name) for format, files in SAMPLES.items() for name in files]
ZIPPED = [(format, "") for format in readers.READERS]
GOOD = [
    content for files in SAMPLES.values() for content in files.values()
]  # one for each of KINDS


def look(content: bytes) -> None:
    if not content:
        return
    kinds = KINDS + ZIPPED
    format, name = kinds[content[0] % len(kinds)]
    file = io.BytesIO(content[1:])
    if format == "yolo" and name:
        file = io.BytesIO(packed({**SAMPLES["yolo"], name: content[1:]}))
    with suppress(Invalid), open_tree(file, name or "a.zip") as tree, Spill() as spill:
        readers.read(format, tree, Reading(spill, size_of=size_of))
    with suppress(Invalid), open_tree(file, name or "a.zip") as tree:
        readers.detect(tree)


def mutate(content: bytes, most: int, seed: int) -> bytes:
    """Half of the time change a word, often one of a good file; else any bytes as libFuzzer does."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        return bytes(atheris.Mutate(content, most))
    if chance.random() < 0.5:
        at = chance.randrange(len(GOOD))
        content = bytes([at]) + GOOD[at]
    words = list(WORD.finditer(content, 1, 5000))
    if not words:
        return content
    word, other = chance.choice(words), chance.choice(words)
    nasty, number = chance.choice(NASTY), b"%g" % chance.choice([-1, 0.5, 1e9, 2**31])
    changed = chance.choice([nasty, number, b"-" + word[0], other[0], word[0] * 2])
    return (content[: word.start()] + changed + content[word.end() :])[:most]


def seeds() -> Iterator[bytes]:
    for at, (format, _) in enumerate(KINDS):
        malformed = [content for one, content, _ in CASES.values() if one == format]
        yield from (bytes([at]) + content for content in [GOOD[at], *malformed])
    for at, (format, _) in enumerate(ZIPPED, start=len(KINDS)):
        yield from (bytes([at]) + path.read_bytes() for path in GOLDEN.glob(f"{format}-*.zip"))
        yield from (bytes([at]) + content for one, content, _ in CASES.values() if one == format)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        begin, found = Path(folder) / "seeds", Path(folder) / "found"
        begin.mkdir()
        found.mkdir()
        for number, content in enumerate(seeds()):
            (begin / str(number)).write_bytes(content)
        folders = [str(found), str(begin)]
        command = [sys.argv[0], *LIMITS, f"-max_total_time={sys.argv[1]}", *folders]
        atheris.Setup(command, look, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
