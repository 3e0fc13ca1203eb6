"""What the browser's server holds: a dataset of drawn apples, and a job of every kind."""

from __future__ import annotations

import io
import json
from typing import Any

import httpx
from PIL import Image, ImageDraw

from tests.live import until
from tests.scripts import (
    BREAKS,
    HELLO,
    LEARNS,
    LEARNS_RULES,
    TICKS,
    add_processing,
    add_training,
)

PICTURES = 6
WIDTH, HEIGHT = 320, 240


def furnish(client: httpx.Client) -> dict[str, Any]:
    """Fill the server; ids by what they are."""
    lake = client.get("/api/v1/datalakes").json()["items"][0]["id"]
    files = [("files", (f"apple_{n}.png", picture(n), "image/png")) for n in range(PICTURES)]
    ok(client.post(f"/api/v1/datalakes/{lake}/data", files=files))
    dataset = ok(client.post("/api/v1/datasets", json={"name": "apples"}))
    version = ok(
        client.post(
            f"/api/v1/datasets/{dataset['id']}/versions",
            json={"name": "spring", "type": "OBJECT_DETECTION"},
        )
    )
    imported = ok(
        client.post(
            f"/api/v1/versions/{version['id']}/import",
            data={"format": "coco", "mode": "replace"},
            files={"file": ("spring.json", coco(), "application/json")},
        )
    )
    until(client, imported["id"], "SUCCEEDED")
    breaks = launch(client, add_processing(client, "breaks", BREAKS), version)
    ticks = add_processing(client, "ticks", TICKS.format(seconds=120))
    hello = launch(client, add_processing(client, "hello", HELLO), version)
    until(client, hello["id"], "SUCCEEDED", timeout_s=120)
    until(client, breaks["id"], "FAILED")
    training = add_training(client, "learns", LEARNS, LEARNS_RULES)
    project = ok(client.post("/api/v1/projects", json={"name": "orchard"}))
    experiment = ok(
        client.post(
            f"/api/v1/projects/{project['id']}/experiments",
            json={"name": "baseline", "model_version_id": training["model_version"]["id"]},
        )
    )
    trained = ok(client.post(f"/api/v1/experiments/{experiment['id']}/launch", json={}))
    until(client, trained["id"], "SUCCEEDED")
    return {
        "dataset": dataset["id"],
        "version": version["id"],
        "import": imported["id"],
        "hello": hello["id"],
        "breaks": breaks["id"],
        "ticks": ticks["id"],
        "project": project["id"],
        "experiment": experiment["id"],
        "trained": trained["id"],
        "datalake": lake,
    }


def launch(client: httpx.Client, processing: Any, version: Any) -> Any:
    body = {"target_id": version["id"]}
    return ok(client.post(f"/api/v1/processings/{processing['id']}/launch", json=body))


def picture(number: int) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), (28 + 9 * number, 52, 34))
    draw = ImageDraw.Draw(image)
    for x, y, size in apples(number):
        draw.ellipse((x, y, x + size, y + size), fill=(190, 40 + 12 * number, 38))
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def apples(number: int) -> list[tuple[int, int, int]]:
    """Corner and size of the apples on picture `number`."""
    return [(30 + 90 * place, 40 + 17 * number, 60 + 4 * place) for place in range(3)]


def coco(*, bad: bool = False) -> bytes:
    """The apples as COCO boxes; `bad`: one of them names a category that is not there."""
    annotations: list[dict[str, Any]] = []
    for number in range(PICTURES):
        for x, y, size in apples(number):
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number + 1,
                    "category_id": 1,
                    "bbox": [x, y, size, size],
                    "area": size * size,
                    "iscrowd": 0,
                    "segmentation": [],
                }
            )
    if bad:
        annotations[4]["category_id"] = 77
    images = [
        {"id": n + 1, "file_name": f"apple_{n}.png", "width": WIDTH, "height": HEIGHT}
        for n in range(PICTURES)
    ]
    categories = [{"id": 1, "name": "apple", "supercategory": ""}]
    content = {"images": images, "annotations": annotations, "categories": categories}
    return json.dumps(content).encode()


def ok(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json()
