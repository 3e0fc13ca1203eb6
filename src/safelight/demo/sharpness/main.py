"""Measures the sharpness of each picture: how much its brightness bends from pixel to pixel."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

import safelight


def sharpness(picture: Image.Image) -> float:
    """The variance of the Laplacian (Pech-Pacheco et al., 2000)."""
    grey = np.asarray(picture.convert("L"), dtype=float)
    bend = (
        grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    )
    return float(bend.var())


run = safelight.current()
target, threshold = run.target, run.parameters["threshold"]
blurred = 0
for done, asset in enumerate(target.assets(), start=1):
    print(f"{asset.filename}: {asset.width} x {asset.height} pixels")
    value = sharpness(Image.open(BytesIO(asset.read())))
    print(f"  sharpness {value:.0f}" + ("  blurred" if value < threshold else ""))
    blurred += value < threshold
    run.progress(done, target.count, unit="pictures")
run.summary(f"{blurred} of {target.count} pictures are blurred")
