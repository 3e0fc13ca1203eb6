"""Launch a processing on a part of a version, wait for it, look at the version that it made."""

from pathlib import Path

from here import connect, facts, report
from picsellia.types.enums import InferenceType

given = facts()
client = connect()
dataset = client.create_dataset("basket")
version = dataset.create_version("raw")
lake = client.get_datalake()
lake.upload_data([str(Path(given["pictures"]) / name) for name in given["names"]])
version.add_data(lake.list_data(filenames=given["names"]))
version.set_type(InferenceType.OBJECT_DETECTION)
apple = version.create_label("apple")
assets = version.list_assets()
for number, asset in enumerate(assets):
    asset.create_annotation().create_rectangle(number, 2, 10, 12, apple)

processing = client.get_processing(given["processing"])
chosen = assets[: given["choose"]]
job = version.launch_processing(
    processing,
    assets=chosen,
    parameters={"data_tag": "by the template"},
    inputs={"target_version_name": "processed"},
)
status = job.wait_for_done(blocking_time_increment=1.0, attempts=given["patience_s"])
found = {"job": job.id, "status": status.value}
if status.value == "SUCCEEDED":
    output = dataset.get_version("processed")
    made = output.list_assets()
    found |= {
        "type": output.type.value,
        "assets": len(made),
        "boxes": sorted(
            [box.x, box.y, box.w, box.h, box.label.name]
            for asset in made
            for box in asset.get_annotation().list_rectangles()
        ),
        "tags": sorted({tag.name for asset in made for tag in asset.get_data_tags()}),
    }
sent = [[number, 2, 10, 12, "apple"] for number in range(given["choose"])]
report(**found, sent=sent, chosen=len(chosen))
