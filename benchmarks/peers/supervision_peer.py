"""Seconds in which supervision reads a COCO file and writes it. Runs in an environment of its own.

It makes a mask of every polygon, of one byte for each pixel of the picture. To write the file it asks the pictures for
their sizes: they are made here, small and empty.
"""

import json
import shutil
import sys
import time
from pathlib import Path

import supervision
from PIL import Image

out = Path(sys.argv[2])
pictures = out / "pictures"
pictures.mkdir()
start = time.perf_counter()
dataset = supervision.DetectionDataset.from_coco(str(pictures), sys.argv[1])
seconds = time.perf_counter() - start
shapes = sum(len(of) for of in dataset.annotations.values())
print(json.dumps({"read": seconds, "shapes": shapes}), flush=True)
Image.new("1", (640, 480)).save(out / "empty.png")
for path in dataset.image_paths:
    shutil.copy(out / "empty.png", path)
start = time.perf_counter()
dataset.as_coco(annotations_path=str(out / "written.json"))
print(json.dumps({"written": time.perf_counter() - start}))
