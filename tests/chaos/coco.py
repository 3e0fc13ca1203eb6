"""Files of annotations for the imports of these tests."""

from __future__ import annotations

import json


def coco(*, pictures: int, shapes: int, label: str) -> bytes:
    """Boxes of one label, evenly over pictures that are nowhere yet."""
    images = [
        {"id": n, "file_name": f"{n}.jpg", "width": 640, "height": 480}
        for n in range(1, pictures + 1)
    ]
    annotations = [
        {"id": n, "image_id": n % pictures + 1, "category_id": 1, "bbox": [n % 600, 20.5, 30, 40]}
        for n in range(1, shapes + 1)
    ]
    categories = [{"id": 1, "name": label}]
    return json.dumps(
        {"images": images, "annotations": annotations, "categories": categories}
    ).encode()
