"""Reading and writing datasets of a small file per picture, to Python's `zipfile` with the same files.

    python -m benchmarks.small_files [--pictures 100000]

Seven boxes in each of them; pictures are not in the zip. Processor time of one process, as a ratio to
reading (writing) all members with `zipfile`; and by how much memory grew.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from safelight.domain.annotations import Annotation, ShapeKind, draft
from safelight.domain.datasets import Label
from safelight.formats import readers
from safelight.formats.reading import Reading
from safelight.formats.spill import Spill
from safelight.formats.tree import open_tree
from safelight.formats.writers import WRITERS
from safelight.formats.writing import Picture, Writing

SIZE = (640, 480)
LABELS = tuple(Label(key, f"kind {key}") for key in range(1, 8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=100_000)
    count = parser.parse_args().pictures
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        for format in ("yolo", "voc"):
            path = Path(folder) / f"{format}.zip"
            before = peak()
            writing = measured(write, format, path, count)
            floor, contents = measured(read_plainly, path), Path(folder) / "plain.zip"
            reading = measured(read, format, path, count)
            writing_floor = measured(write_plainly, path, contents) - floor
            print(
                f"{format:5} read   {reading / floor:.1f}   {reading:.1f} s, zipfile {floor:.1f} s"
            )
            print(
                f"{format:5} write  {writing / writing_floor:.1f}   {writing:.1f} s, zipfile {writing_floor:.1f} s"
            )
            print(f"{format:5} memory grew by {(peak() - before) / 2**20:.0f} MiB")


def measured(work: Callable[..., None], *given: object) -> float:
    began = time.process_time()
    work(*given)
    return time.process_time() - began


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def pictures(count: int) -> Iterator[Picture]:
    shapes = tuple(
        draft(ShapeKind.RECTANGLE, label.key, [label.key * 3.25, 40.5, 200 + label.key, 99.75])
        for label in LABELS
    )
    for number in range(count):
        yield Picture(f"{number:012}.jpg", *SIZE, Annotation(1, 0, shapes=shapes))


def write(format: str, path: Path, count: int) -> None:
    with path.open("wb") as out:
        written = WRITERS[format].write(out, Writing("bench", LABELS, pictures(count), path.parent))
    assert written.shapes == 7 * count


def read(format: str, path: Path, count: int) -> None:
    with path.open("rb") as file, open_tree(file, path.name) as tree, Spill(path.parent) as spill:
        found = readers.read(format, tree, Reading(spill, size_of=known))
        assert (len(found.images), len(spill), found.rejects.total) == (count, 7 * count, 0)


def known(name: str) -> tuple[int, int] | None:
    return SIZE if name.endswith(".jpg") else None


def read_plainly(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            archive.read(name)


def write_plainly(path: Path, to: Path) -> None:
    """Reads them too, which is taken off again."""
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as out:
        for name in archive.namelist():
            out.writestr(name, archive.read(name))


if __name__ == "__main__":
    main()
