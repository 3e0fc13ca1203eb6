"""Seconds in which pycocotools reads a COCO file; it writes none. Runs in an environment of its own."""

import contextlib
import json
import sys
import time

from pycocotools.coco import COCO

start = time.perf_counter()
with contextlib.redirect_stdout(sys.stderr):
    content = COCO(sys.argv[1])
seconds = time.perf_counter() - start
print(json.dumps({"read": seconds, "shapes": len(content.getAnnIds())}))
