"""Real files for the clients to upload: pictures of several sizes and formats, and impostors."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw

PICTURES = 60
BIG = "big.bmp"  # its noise does not compress, and BMP would not try
BIG_SIDE = 3000
MULTIPART_FROM = 25 * 1024 * 1024


def draw_pictures(folder: Path) -> list[str]:
    """Draw 60 pictures, one of them over 25 MiB; their names in the order of drawing."""
    names = [_draw(folder, number) for number in range(PICTURES - 1)]
    noise = random.Random(5).randbytes(BIG_SIDE * BIG_SIDE * 3)
    Image.frombytes("RGB", (BIG_SIDE, BIG_SIDE), noise).save(folder / BIG)
    assert (folder / BIG).stat().st_size > MULTIPART_FROM
    return [*names, BIG]


def _draw(folder: Path, number: int) -> str:
    chance = random.Random(number)
    size = (64 + number, 48 + number % 7)
    picture = Image.new("RGB", size, chance.choice(["#35120c", "#1c2430", "#20301c"]))
    pen = ImageDraw.Draw(picture)
    for _ in range(4):
        x, y = chance.randrange(size[0] - 12), chance.randrange(size[1] - 12)
        colour = chance.choice(["#ffb000", "#e9e2d0", "#c0392b"])
        pen.ellipse((x, y, x + 12, y + 12), fill=colour)
    name = f"picture-{number:02}.{'jpg' if number % 3 else 'png'}"
    picture.save(folder / name)
    return name


def write_impostors(folder: Path) -> dict[str, Path]:
    """Files that call themselves pictures and are none."""
    found = {
        "text.png": b"this is a shopping list\n" * 20,
        "empty.jpg": b"",
        "cut.png": (folder / "picture-00.png").read_bytes()[:20],
    }
    for name, content in found.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in found}
