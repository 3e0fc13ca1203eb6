"""Real photographs without a download of their own: they come in the wheels of scikit-image and -learn."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from uv import find_uv_bin

from safelight.errors import Unavailable

# Only files are read from them, so neither is imported and nothing they need is installed.
_WHEELS = ("scikit-image>=0.25,<1", "scikit-learn>=1.6,<2")
_FOLDERS = ("skimage/data", "sklearn/datasets/images")
WAIT_S = 300

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of a wheel, or a part of it: left, upper, right, lower; `times` as large."""

    name: str
    source: str
    part: Box | None = None
    times: int = 1

    def read(self, folder: Path) -> bytes:
        """The bytes to upload: the file as it is, or its part."""
        path = next(path for place in _FOLDERS if (path := folder / place / self.source).exists())
        if self.part is None:
            return path.read_bytes()
        with Image.open(path) as whole:
            part = whole.crop(self.part)
        size = (part.width * self.times, part.height * self.times)
        written = BytesIO()
        part.resize(size, Image.Resampling.LANCZOS).save(written, _format(self.name), quality=92)
        return written.getvalue()


def _format(name: str) -> str:
    return "PNG" if name.endswith(".png") else "JPEG"


def _quarters(name: str, source: str, width: int, height: int) -> Iterator[Picture]:
    for number in range(4):
        left, upper = number % 2 * width, number // 2 * height
        part = (left, upper, left + width, upper + height)
        yield Picture(f"{name}_{number + 1}.jpg", source, part)


def _coins() -> Iterator[Picture]:
    yield Picture("coins.png", "coins.png")
    for row in range(3):
        for column in range(5):
            left, upper = column * 63, row * 76
            part = (left, upper, left + 130, upper + 150)
            yield Picture(f"coins_{row + 1}{column + 1}.png", "coins.png", part, times=3)


PHOTOGRAPHS = (
    Picture("astronaut.png", "astronaut.png"),
    Picture("cat.png", "chelsea.png"),
    Picture("coffee.png", "coffee.png"),
    Picture("rocket.jpg", "rocket.jpg"),
    *_quarters("galaxies", "hubble_deep_field.jpg", 500, 436),
    Picture("retina.jpg", "retina.jpg"),
    Picture("motorcycle_left.png", "motorcycle_left.png"),
    Picture("motorcycle_right.png", "motorcycle_right.png"),
    Picture("pagoda.jpg", "china.jpg"),
    Picture("dahlia.jpg", "flower.jpg"),
    Picture("photographer.png", "camera.png"),
    Picture("moon.png", "moon.png"),
    Picture("tissue.png", "ihc.png"),
    Picture("bricks.png", "brick.png"),
    Picture("grass.png", "grass.png"),
    Picture("gravel.png", "gravel.png"),
)
COINS = tuple(_coins())
SCANS = (
    Picture("scan_1.png", "page.png"),
    Picture("scan_2.png", "text.png"),
    Picture("scan_3.jpg", "text.png", (0, 0, 448, 172)),
)


@contextmanager
def unpacked() -> Iterator[Path]:
    """A folder with the files of the wheels, for as long as the block lasts.

    Raises Unavailable if they cannot be fetched.
    """
    with tempfile.TemporaryDirectory(prefix="safelight-demo-") as folder:
        command = [find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += ["--python", sys.executable, "--target", folder, *_WHEELS]
        done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
        if done.returncode:
            last = done.stderr.strip().rsplit("\n", 1)[-1]
            raise Unavailable(f"The pictures of the demo could not be fetched: {last}")
        yield Path(folder)
