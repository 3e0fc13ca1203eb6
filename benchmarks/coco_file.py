"""Makes a COCO file of the size and shape of instances_train2017.json, the same on every machine.

    python -m benchmarks.coco_file [FILE]

118,287 images, 860,001 annotations in random order, 376 MB, keys in the order of the original:
polygons of some 17 points, one in ten of two parts, one in eighty a crowd with run lengths. Shapes
are drawn from a pool, so that making the file takes seconds.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import TextIO

IMAGES = 118_287
ANNOTATIONS = 860_001
CATEGORIES = 80
CACHE = Path.home() / ".cache" / "safelight-benchmarks"
WIDTH, HEIGHT = 640, 480
_EDITION = 2  # of what a file of one size holds: another one gets another name in the cache
_POOL = 4_000
_EDGES = 12  # where the inside of a crowd begins and ends, in each column of its box
_LINES_AT_ONCE = 20_000


def coco_file(images: int = IMAGES, annotations: int = ANNOTATIONS, cache: Path = CACHE) -> Path:
    """The file, made if it is not there yet."""
    path = cache / f"coco-{images}-{annotations}-{_EDITION}.json"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        making = path.with_suffix(".making")
        write(making, images, annotations)
        making.replace(path)
    return path


def write(path: Path, images: int, annotations: int) -> None:
    chance = random.Random(2017)
    with path.open("w") as file:
        file.write('{"info": {"description": "made for a benchmark", "year": 2017},')
        file.write('"licenses": [{"url": "http://example.org/by", "id": 1, "name": "By"}],')
        file.write('"images": [')
        ids = list(range(9, 9 + 5 * images, 5))
        _write_list(file, (_image(id) for id in ids))
        file.write('],"annotations": [')
        shapes = [_shape(chance) for _ in range(_POOL)]
        lines = (
            f'{{{chance.choice(shapes)},"image_id": {chance.choice(ids)},'
            f'"category_id": {chance.randint(1, CATEGORIES)},"id": {number * 3 + 7}}}'
            for number in range(annotations)
        )
        _write_list(file, lines)
        file.write('],"categories": [')
        names = (
            f'{{"supercategory": "thing","id": {id},"name": "kind {id}"}}'
            for id in range(1, CATEGORIES + 1)
        )
        _write_list(file, names)
        file.write("]}")


def _write_list(file: TextIO, lines: Iterable[str]) -> None:
    batch: list[str] = []
    before = ""
    for line in lines:
        batch.append(line)
        if len(batch) == _LINES_AT_ONCE:
            file.write(before + ",".join(batch))
            batch, before = [], ","
    if batch:
        file.write(before + ",".join(batch))


def _image(id: int) -> str:
    return (
        f'{{"license": 1,"file_name": "{id:012}.jpg",'
        f'"coco_url": "http://images.example.org/train2017/{id:012}.jpg","height": {HEIGHT},'
        f'"width": {WIDTH},"date_captured": "2013-11-14 11:18:45","flickr_url": '
        f'"http://farm9.example.com/8186/{id:012}_z.jpg","id": {id}}}'
    )


def _shape(chance: random.Random) -> str:
    x, y = round(chance.uniform(0, 540), 2), round(chance.uniform(0, 380), 2)
    w, h = round(chance.uniform(5, 100), 2), round(chance.uniform(5, 100), 2)
    if chance.random() < 1 / 80:
        return _crowd(chance, int(x), int(y), int(w), max(int(h), _EDGES))
    parts = 2 if chance.random() < 0.1 else 1
    rings = (_ring(chance, x, y, w, h) for _ in range(parts))
    return (
        f'"segmentation": [{",".join(rings)}],"area": {w * h * 0.6},"iscrowd": 0,'
        f'"bbox": [{x},{y},{w},{h}]'
    )


def _crowd(chance: random.Random, x: int, y: int, w: int, h: int) -> str:
    """A mask within a box: runs down each of its columns, outside and inside in turn."""
    edges = [
        column * HEIGHT + row
        for column in range(x, x + w)
        for row in sorted(chance.sample(range(y, y + h + 1), _EDGES))
    ]
    counts = [end - start for start, end in pairwise([0, *edges, WIDTH * HEIGHT])]
    return (
        f'"segmentation": {{"counts": {counts},"size": [{HEIGHT}, {WIDTH}]}},'
        f'"area": {sum(counts[1::2])},"iscrowd": 1,"bbox": [{x},{y},{w},{h}]'
    )


def _ring(chance: random.Random, x: float, y: float, w: float, h: float) -> str:
    points = min(150, max(4, round(chance.lognormvariate(2.565, 0.62))))
    numbers = (
        f"{x + chance.uniform(0, w):.2f},{y + chance.uniform(0, h):.2f}" for _ in range(points)
    )
    return f"[{','.join(numbers)}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    file = parser.parse_args().file
    if file is None:
        file = coco_file()
    else:
        write(file, IMAGES, ANNOTATIONS)
    print(f"{file}   {file.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
