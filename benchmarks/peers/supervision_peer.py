"""Seconds in which supervision reads a COCO file and writes it. Runs in an environment of its own.

It needs the pictures beside the file to write it, and makes a mask of each polygon if asked; boxes are asked for.
"""

import json
import sys
import time
from pathlib import Path

import supervision

out = Path(sys.argv[2])
out.mkdir(parents=True)
start = time.perf_counter()
supervision.DetectionDataset.from_coco(
    images_directory_path=str(out), annotations_path=sys.argv[1], force_masks=False
)
print(json.dumps({"read": time.perf_counter() - start, "written": None}))
