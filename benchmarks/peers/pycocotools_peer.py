"""Seconds in which pycocotools reads a COCO file; it writes none. Runs in an environment of its own."""

import contextlib
import json
import sys
import time

from pycocotools.coco import COCO

start = time.perf_counter()
with contextlib.redirect_stdout(sys.stderr):
    COCO(sys.argv[1])
print(json.dumps({"read": time.perf_counter() - start, "written": None}))
