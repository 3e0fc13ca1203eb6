from __future__ import annotations

import json

from safelight.actions.export import export_coco, launch_export
from safelight.domain.annotations import AnnotationStatus
from tests.internals.importing import Workshop, coco
from tests.internals.test_fork import asset_ids


def test_the_job_leaves_a_download(shop: Workshop) -> None:
    shop.run(shop.launch(coco({})))
    job, run = launch_export(shop.context, shop.actor, shop.version_id)
    assert job.name == "Export fruits/v1 as COCO"
    result = shop.run(run).result
    assert result is not None
    [download] = result["downloads"]
    content = shop.context.blobs.read(download["object_name"])
    assert (download["name"], download["size"]) == ("fruits-v1-coco.json", len(content))
    assert len(json.loads(content)["annotations"]) == 1
    assert result["summary"] == "2 pictures · 1 shape"


def test_chosen_assets_are_all_listed(shop: Workshop) -> None:
    shop.run(shop.launch(coco({}, {"image_id": 2}, images=3)))
    chosen = asset_ids(shop, "3.jpg", "2.jpg")
    _, run = launch_export(shop.context, shop.actor, shop.version_id, asset_ids=chosen)
    result = shop.run(run).result
    assert result is not None
    content = json.loads(shop.context.blobs.read(result["downloads"][0]["object_name"]))
    assert [image["file_name"] for image in content["images"]] == ["2.jpg", "3.jpg"]
    assert [one["image_id"] for one in content["annotations"]] == [1]


def test_only_annotations_of_the_status_count_where_one_is_given(shop: Workshop) -> None:
    shop.run(shop.launch(coco({})))
    house = shop.house.organization_id
    for status, shapes in ((AnnotationStatus.PENDING, 1), (AnnotationStatus.ACCEPTED, 0)):
        exported = export_coco(shop.context, house, shop.version_id, status=status)
        assert (exported.pictures, exported.shapes) == (2, shapes)
