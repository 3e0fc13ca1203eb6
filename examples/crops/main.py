"""Cuts every shape out of its picture and makes a classification dataset of the pieces."""

from io import BytesIO
from pathlib import PurePath

from PIL import Image

import safelight
from safelight import Classification, Polygon, Rectangle


def box(shape: Rectangle | Polygon) -> tuple[float, float, float, float]:
    """The bounding box of a shape: left, upper, right, lower."""
    if isinstance(shape, Rectangle):
        return shape.x, shape.y, shape.x + shape.w, shape.y + shape.h
    points = [point for ring in shape.rings for point in ring]
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


run = safelight.current()
margin = run.parameters["margin"]
output = run.target.dataset.create_version(run.inputs["target_version_name"], type="CLASSIFICATION")
pieces = 0
for done, asset in enumerate(run.target.assets(), start=1):
    picture = Image.open(BytesIO(asset.read())).convert("RGB")
    for number, shape in enumerate(asset.shapes, start=1):
        if not isinstance(shape, Rectangle | Polygon):
            continue
        left, upper, right, lower = box(shape)
        dx, dy = (right - left) * margin, (lower - upper) * margin
        piece = picture.crop((left - dx, upper - dy, right + dx, lower + dy))
        buffer = BytesIO()
        piece.save(buffer, "PNG")
        name = f"{PurePath(asset.filename).stem}_{number}.png"
        output.add_picture(name, buffer.getvalue(), [Classification(shape.label)])
        pieces += 1
    print(f"{asset.filename}: {pieces} pieces so far")
    run.progress(done, run.target.count, unit="pictures")
run.summary(f"{pieces} pieces")
