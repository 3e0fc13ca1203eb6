"""Seconds in which FiftyOne reads a COCO file and writes it. Runs in an environment of its own, with a
database that it starts itself.
"""

import json
import os
import sys
import time

os.environ["FIFTYONE_DATABASE_DIR"] = sys.argv[2]
os.environ["FIFTYONE_DO_NOT_TRACK"] = "true"

import fiftyone

start = time.perf_counter()
dataset = fiftyone.Dataset.from_dir(
    dataset_type=fiftyone.types.COCODetectionDataset,
    data_path=sys.argv[2],
    labels_path=sys.argv[1],
    include_id=True,
    progress=False,
)
read = time.perf_counter() - start
start = time.perf_counter()
dataset.export(
    dataset_type=fiftyone.types.COCODetectionDataset,
    labels_path=f"{sys.argv[2]}/written.json",
    label_field="detections",
    progress=False,
)
print(json.dumps({"read": read, "written": time.perf_counter() - start}))
