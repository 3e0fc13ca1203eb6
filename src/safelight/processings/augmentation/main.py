"""Makes new pictures, and moves their shapes along, into a new version of the same dataset."""

from __future__ import annotations

import os
import random
import sys
from io import BytesIO
from pathlib import PurePath
from typing import Any

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it would ask the network for news at import

import albumentations
import cv2
import numpy as np
from geometry import XY, Shape, moved, zoom
from PIL import Image

import safelight
from safelight.client.current import CurrentRun
from safelight.client.datasets import Asset, Version
from safelight.errors import NameTaken

FLIPS: dict[str, list[Any]] = {
    "none": [],
    "horizontal": [albumentations.HorizontalFlip(p=0.5)],
    "vertical": [albumentations.VerticalFlip(p=0.5)],
    "both": [albumentations.HorizontalFlip(p=0.5), albumentations.VerticalFlip(p=0.5)],
}


def recipe(
    given: dict[str, Any], size: tuple[int, int], chance: random.Random
) -> albumentations.Compose:
    """The steps for one new picture; `chance` alone decides what is left to chance."""
    angle = chance.uniform(-given["angle"], given["angle"])
    scale = zoom(angle, size) if given["corners"] == "zoom" else 1.0
    steps = list(FLIPS[given["flip"]])
    if given["angle"]:
        steps.append(
            albumentations.Affine(
                rotate=(angle, angle), scale=(scale, scale), interpolation=cv2.INTER_AREA, p=1
            )
        )
    if given["brightness"]:
        limit = given["brightness"]
        steps.append(albumentations.RandomBrightnessContrast(limit, limit, p=1))
    if given["blur"]:
        steps.append(albumentations.Blur(blur_limit=(3, max(3, given["blur"] | 1)), p=1 / 3))
    points = albumentations.KeypointParams(format="xy", remove_invisible=False)
    return albumentations.Compose(steps, keypoint_params=points, seed=chance.getrandbits(32))


def transformed(
    picture: Any, shapes: list[Shape], given: dict[str, Any], chance: random.Random
) -> tuple[Any, list[Shape]]:
    """A new picture and its shapes."""
    size = (picture.shape[1], picture.shape[0])
    steps = recipe(given, size, chance)
    made: dict[str, Any] = {}

    def move(points: list[XY]) -> list[XY]:
        # albumentations counts from the middle of the first pixel, shapes from its outer corner.
        at = np.array(points, dtype=np.float32).reshape(-1, 2) - 0.5
        made.update(steps(image=picture, keypoints=at))
        return [(round(float(x) + 0.5, 2), round(float(y) + 0.5, 2)) for x, y in made["keypoints"]]

    now = moved(shapes, move, size, given["min_visible"])
    return made["image"], now


def opened(asset: Asset, content: bytes) -> Image.Image:
    """The decoded picture. Ends the script with one sentence if it is damaged."""
    try:
        picture = Image.open(BytesIO(content))
        picture.load()
    except (OSError, SyntaxError) as error:
        sys.exit(f"{asset.filename} cannot be read: {error}.")
    return picture


def encoded(picture: Any, like: Image.Image) -> bytes:
    buffer = BytesIO()
    if like.format == "JPEG":
        Image.fromarray(picture).save(buffer, "JPEG", quality=95, subsampling=0)
    else:
        Image.fromarray(picture).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def create_output(run: CurrentRun, source: Version) -> Version:
    name = run.inputs["target_version_name"]
    try:
        return source.dataset.create_version(
            name, type=source.type, description=f"Made from {source.name} by augmentation"
        )
    except NameTaken:
        sys.exit(
            f"Dataset {source.dataset.name!r} has a version {name!r} already: "
            "choose another target_version_name."
        )


def augment(asset: Asset, output: Version, given: dict[str, Any]) -> tuple[int, int, int]:
    """Add what is made from one picture. Returns how many pictures, shapes, and shapes lost."""
    content, shapes = asset.read(), asset.shapes
    source = opened(asset, content)
    pictures = kept = lost = 0
    if given["keep_originals"]:
        output.add_picture(asset.filename, content, shapes)
        pictures, kept = 1, len(shapes)
    name = PurePath(asset.filename)
    suffix = name.suffix if source.format == "JPEG" else ".png"
    pixels = np.asarray(source.convert("RGB"))
    for copy in range(1, given["copies"] + 1):
        chance = random.Random(f"{given['seed']}/{asset.filename}/{copy}")
        picture, now = transformed(pixels, shapes, given, chance)
        output.add_picture(f"{name.stem}-{copy}{suffix}", encoded(picture, source), now)
        pictures, kept, lost = pictures + 1, kept + len(now), lost + len(shapes) - len(now)
    return pictures, kept, lost


def main() -> None:
    run = safelight.current()
    source, given = run.target, run.parameters
    print(f"Augmenting {source.dataset.name}/{source.name}: {source.count} pictures, each "
          f"{given['copies']} times.")  # fmt: skip
    output = create_output(run, source)
    pictures = kept = lost = 0
    for done, asset in enumerate(source.assets(), start=1):
        if not asset.has_picture:
            print(f"{asset.filename}: left out, its picture was never uploaded")
            continue
        made, shapes, gone = augment(asset, output, given)
        pictures, kept, lost = pictures + made, kept + shapes, lost + gone
        print(f"{asset.filename}: {made} pictures, {shapes} shapes"
              + (f", {gone} left the frame" if gone else ""))  # fmt: skip
        run.progress(done, source.count, unit="pictures", phase="augmenting")
    summary = f"{pictures:,} pictures · {kept:,} shapes"
    print(
        f"Done: {summary} in {output.dataset.name}/{output.name}; {lost:,} shapes left the frame."
    )
    run.summary(summary)


if __name__ == "__main__":
    main()
