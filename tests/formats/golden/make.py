"""Makes the golden files: small datasets written by pycocotools and supervision, and what they say is in them.

    python -m venv peers && peers/bin/pip install pycocotools==2.0.11 supervision==0.31.2
    peers/bin/python tests/formats/golden/make.py

Run it in an environment of its own, as these need numpy. The result is committed; made again it is the same,
except for the time that supervision writes as `date_captured` of COCO images.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import supervision as sv
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

HERE = Path(__file__).parent
CLASSES = ["apple", "pear", "plum"]
SIZE = (64, 48)
BOXES = {
    "a.png": [([3, 4, 20, 30], 0), ([0, 0, 64, 48], 1), ([10, 12, 11, 13], 2)],
    "b.png": [([40, 8, 60, 41], 2)],
    "c.png": [],
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        pictures.mkdir()
        for name in BOXES:
            Image.new("L", SIZE, 90).save(pictures / name)
        for kind, dataset in (("boxes", boxes(pictures)), ("polygons", polygons(pictures))):
            write(Path(folder) / kind, dataset, kind)
    (HERE / "masks.json").write_text(json.dumps(masks(), indent=1) + "\n")


def boxes(pictures: Path) -> sv.DetectionDataset:
    said = {
        str(pictures / name): sv.Detections(
            xyxy=np.array([box for box, _ in of], dtype=np.float32).reshape(-1, 4),
            class_id=np.array([number for _, number in of], dtype=int),
        )
        for name, of in BOXES.items()
    }
    return sv.DetectionDataset(CLASSES, list(said), said)


def polygons(pictures: Path) -> sv.DetectionDataset:
    """The same boxes with an ellipse or so in each, as masks."""
    said = {}
    for name, of in BOXES.items():
        inside = np.zeros((len(of), SIZE[1], SIZE[0]), dtype=bool)
        for at, (box, _) in enumerate(of):
            left, top, right, bottom = box
            y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
            across = ((x - (left + right) / 2) / (right - left)) ** 2
            inside[at] = across + ((y - (top + bottom) / 2) / (bottom - top)) ** 2 <= 0.25
            inside[at, (top + bottom) // 2, (left + right) // 2] = True
        large = [at for at in range(len(of)) if inside[at].sum() > 9]
        said[str(pictures / name)] = sv.Detections(
            xyxy=sv.mask_to_xyxy(inside[large]) if large else np.zeros((0, 4)),
            mask=inside[large],
            class_id=np.array([of[at][1] for at in large], dtype=int),
        )
    return sv.DetectionDataset(CLASSES, list(said), said)


def write(folder: Path, dataset: sv.DetectionDataset, kind: str) -> None:
    dataset.as_yolo(
        str(folder / "yolo/images"), str(folder / "yolo/labels"), str(folder / "yolo/data.yaml")
    )
    dataset.as_pascal_voc(str(folder / "voc/JPEGImages"), str(folder / "voc/Annotations"))
    dataset.as_labelme(str(folder / "labelme"), str(folder / "labelme"))
    dataset.as_coco(str(folder / "coco/images"), str(folder / "coco/annotations.json"))
    again = {
        "yolo": sv.DetectionDataset.from_yolo(
            str(folder / "yolo/images"), str(folder / "yolo/labels"), str(folder / "yolo/data.yaml")
        ),
        "voc": sv.DetectionDataset.from_pascal_voc(
            str(folder / "voc/JPEGImages"), str(folder / "voc/Annotations")
        ),
        "labelme": sv.DetectionDataset.from_labelme(
            str(folder / "labelme"), str(folder / "labelme")
        ),
        "coco": sv.DetectionDataset.from_coco(
            str(folder / "coco/images"), str(folder / "coco/annotations.json")
        ),
    }
    for format, read in again.items():
        said = {Path(path).name: boxes_of(of, read.classes) for path, _, of in read}
        pack(folder / format, HERE / f"{format}-{kind}.zip")
        (HERE / f"{format}-{kind}.json").write_text(json.dumps(said, indent=1) + "\n")


def boxes_of(detections: sv.Detections, classes: list[str]) -> list[Any]:
    return [
        [classes[number], [float(value) for value in box]]
        for box, number in zip(detections.xyxy, detections.class_id, strict=True)
    ]


def pack(folder: Path, path: Path) -> None:
    """A zip that has the same bytes each time."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                info = zipfile.ZipInfo(file.relative_to(folder).as_posix())
                archive.writestr(info, file.read_bytes(), zipfile.ZIP_DEFLATED)
    shutil.rmtree(folder)


def masks() -> dict[str, Any]:
    """A COCO file with compressed masks, and areas and boxes as pycocotools counts them."""
    chance = np.random.default_rng(4)
    annotations = []
    for number in range(12):
        pixels = chance.random((SIZE[1], SIZE[0])) < (0.02, 0.5, 0.98)[number % 3]
        if number == 10:
            pixels[:] = False
        if number == 11:
            pixels[:] = True
        packed = coco_mask.encode(np.asfortranarray(pixels.astype(np.uint8)))
        annotations.append(
            {
                "id": number,
                "image_id": 1,
                "category_id": 1,
                "segmentation": {"size": packed["size"], "counts": packed["counts"].decode()},
                "area": float(coco_mask.area(packed)),
                "bbox": [float(value) for value in coco_mask.toBbox(packed)],
                "iscrowd": 0,
            }
        )
    content = {
        "images": [{"id": 1, "file_name": "a.png", "width": SIZE[0], "height": SIZE[1]}],
        "annotations": annotations,
        "categories": [{"id": 1, "name": "apple"}],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(content, file)
        file.flush()
        assert len(COCO(file.name).getAnnIds()) == len(annotations)
    return content


if __name__ == "__main__":
    main()
