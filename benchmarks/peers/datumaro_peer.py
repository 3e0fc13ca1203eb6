"""Seconds in which Datumaro reads a COCO file and writes it. Runs in an environment of its own."""

import json
import sys
import time
from pathlib import Path

import datumaro

source, out = Path(sys.argv[1]), Path(sys.argv[2])
folder = out / "source" / "annotations"
folder.mkdir(parents=True)
(folder / "instances_train.json").symlink_to(source)
start = time.perf_counter()
dataset = datumaro.Dataset.import_from(str(out / "source"), "coco_instances")
dataset.init_cache()
read = time.perf_counter() - start
start = time.perf_counter()
dataset.export(str(out / "written"), "coco_instances", save_media=False)
print(json.dumps({"read": read, "written": time.perf_counter() - start}))
