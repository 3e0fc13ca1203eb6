"""Seconds in which Datumaro reads a COCO file and writes it, without pictures. Runs in an environment of its own."""

import json
import sys
import time
from pathlib import Path

import datumaro

source, out = Path(sys.argv[1]), Path(sys.argv[2])
annotations = (
    out / "source" / "annotations"
)  # it wants a folder, and the kind in the name of the file
annotations.mkdir(parents=True)
(out / "source" / "images").mkdir()  # it must be there, and may be empty
(annotations / "instances_train.json").symlink_to(source)
start = time.perf_counter()
dataset = datumaro.Dataset.import_from(str(out / "source"), "coco_instances")
dataset.init_cache()  # or it would read when it is asked
seconds = time.perf_counter() - start
shapes = sum(
    len({of.id for of in item.annotations}) for item in dataset
)  # a part of a polygon is one
print(json.dumps({"read": seconds, "shapes": shapes}), flush=True)
start = time.perf_counter()
dataset.export(str(out / "written"), "coco_instances", save_media=False)
print(json.dumps({"written": time.perf_counter() - start}))
