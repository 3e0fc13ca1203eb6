"""Seconds in which FiftyOne reads a COCO file and writes it, without pictures, as boxes or as polygons.

Runs in an environment of its own, with a database that it starts itself.
"""

import json
import mmap
import os
import re
import sys
import time
from pathlib import Path

os.environ["FIFTYONE_DATABASE_DIR"] = f"{sys.argv[2]}/database"
os.environ["FIFTYONE_DATABASE_VALIDATION"] = "false"  # MongoDB 6 will do
os.environ["FIFTYONE_DO_NOT_TRACK"] = "true"

import fiftyone

source, out, kind = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
labels = {"boxes": "detections", "polygons": "segmentations"}[kind]
with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
    names = [name.decode() for name in re.findall(rb'"file_name": "([^"]+)"', content)]
start = time.perf_counter()
dataset = fiftyone.Dataset.from_dir(
    dataset_type=fiftyone.types.COCODetectionDataset,
    data_path={name: str(out / name) for name in names},
    labels_path=str(source),
    label_types=labels,
    use_polylines=True,
    progress=False,
)
seconds = time.perf_counter() - start
shapes = dataset.count(
    {"boxes": "ground_truth.detections", "polygons": "ground_truth.polylines"}[kind]
)
print(json.dumps({"read": seconds, "shapes": shapes}), flush=True)
start = time.perf_counter()
dataset.export(
    dataset_type=fiftyone.types.COCODetectionDataset,
    labels_path=str(out / "written.json"),
    label_field="ground_truth",
    progress=False,
)
print(json.dumps({"written": time.perf_counter() - start}))
