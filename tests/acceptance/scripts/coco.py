"""Import a COCO file by the client, export it, import the export elsewhere: the same again."""

import json
from pathlib import Path

from here import connect, facts, refused, report
from picsellia.types.enums import AnnotationFileType, ImportAnnotationMode, InferenceType

given = facts()
client = connect()
folder = Path(given["folder"])
dataset = client.get_dataset(given["dataset"])
lake = client.get_datalake()
names = given["names"][:5]
data = lake.list_data(filenames=names[1:])  # the first name stands for two data


def version_of(name: str, kind: InferenceType):
    version = dataset.create_version(name)
    version.add_data(data)
    version.set_type(kind)
    return version


def categories():
    return [{"id": 3, "name": "apple"}, {"id": 9, "name": "pear", "supercategory": "fruit"}]


def file_of(annotations) -> Path:
    images = [
        {"id": number, "file_name": name, "width": 70, "height": 50}
        for number, name in enumerate(names[1:])
    ]
    content = {"images": images, "categories": categories(), "annotations": annotations}
    path = folder / f"{len(list(folder.iterdir()))}.json"
    path.write_text(json.dumps(content))
    return path


def annotation(number, image, category, **more):
    return {"id": number, "image_id": image, "category_id": category, "iscrowd": 0, **more}


def shapes(content):
    """What a file says, without its own numbers."""
    files = {image["id"]: image["file_name"] for image in content["images"]}
    labels = {one["id"]: one["name"] for one in content["categories"]}
    said = [
        [files[one["image_id"]], labels[one["category_id"]], one["bbox"], one["segmentation"]]
        for one in content["annotations"]
    ]
    return sorted(said, key=lambda one: one[0])  # of one picture, in the order of the file


def export(version, **how):
    path = version.export_annotation_file(AnnotationFileType.COCO, str(folder), **how)
    return json.loads(Path(path).read_text()), path


# boxes
boxes = version_of("boxes", InferenceType.OBJECT_DETECTION)
sent = [
    annotation(1, 0, 3, bbox=[1, 2, 30, 20], area=600, segmentation=[]),
    annotation(2, 0, 9, bbox=[10, 11, 5, 6], area=30, segmentation=[]),
    annotation(3, 2, 3, bbox=[0, 0, 70, 50], area=3500, segmentation=[]),
]
created = boxes.import_annotations_coco_file(file_of(sent))
exported, path = export(boxes)
more = file_of([annotation(1, 0, 3, bbox=[3, 3, 3, 3], area=9, segmentation=[])])
kept = boxes.import_annotations_coco_file(more, mode=ImportAnnotationMode.KEEP)
after_keep = len(export(boxes)[0]["annotations"])
boxes.import_annotations_coco_file(more, mode=ImportAnnotationMode.CONCATENATE)
after_concatenate = len(export(boxes)[0]["annotations"])
boxes.import_annotations_coco_file(more, mode=ImportAnnotationMode.REPLACE)
after_replace = len(export(boxes)[0]["annotations"])
groups = [group.name for group in boxes.list_label_groups()]
grouped = boxes.get_label("pear").get_group().name if given.get("groups") else None

# polygons, with numbers that are no whole ones
fruit = version_of("polygons", InferenceType.SEGMENTATION)
ring = [1.5, 2.25, 40.125, 2.0, 40.0625, 30.1, 1.1, 30.7]
fruit.import_annotations_coco_file(
    file_of(
        [
            annotation(1, 1, 3, bbox=[1, 2, 39, 29], area=1000.5, segmentation=[ring]),
            annotation(2, 1, 9, bbox=[0, 0, 9, 9], area=81, segmentation=[[0, 0, 9, 0, 9, 9]]),
        ]
    )
)
fruit_export, fruit_path = export(fruit)
read = [
    shape.coords for shape in fruit.find_asset(filename=names[2]).get_annotation().list_polygons()
]

# classes
classes = version_of("classes", InferenceType.CLASSIFICATION)
classes.import_annotations_coco_file(
    file_of([annotation(1, 3, 9, bbox=[], segmentation=[], area=0)])
)
class_export, _ = export(classes)

# the export is a file like any other
again = version_of("polygons again", InferenceType.SEGMENTATION)
again.import_annotations_coco_file(fruit_path)
round_trip = shapes(export(again)[0]) == shapes(fruit_export)

by_asset, _ = export(boxes, use_id=True)
one = boxes.find_asset(filename=names[1])
of_one, _ = export(boxes, assets=[one])
missing = folder / "missing.json"
missing.write_text(
    json.dumps({**exported, "images": [{"id": 0, "file_name": "x.png", "width": 1, "height": 1}]})
)
unknown = refused(Exception, boxes.import_annotations_coco_file, missing)
built = boxes.build_coco_file_locally()

boxes.delete_all_annotations()
emptied = len(export(boxes)[0]["annotations"])
report(
    created=sorted(created.values()),
    kept=sum(kept.values()),
    shapes=shapes(exported),
    sent=[
        [names[1 + one["image_id"]], {3: "apple", 9: "pear"}[one["category_id"]], one["bbox"]]
        for one in sent
    ],
    images=sorted(image["file_name"] for image in exported["images"]),
    categories=[one["name"] for one in exported["categories"]],
    counts=[after_keep, after_concatenate, after_replace],
    groups=groups,
    grouped=grouped,
    read=read,
    ring=[ring[at : at + 2] for at in range(0, len(ring), 2)],
    fruit=shapes(fruit_export),
    classes=[one["segmentation"] + one["bbox"] for one in class_export["annotations"]],
    round_trip=round_trip,
    by_asset=str(one.id) in {image["file_name"].split(".")[0] for image in by_asset["images"]},
    of_one=[image["file_name"] for image in of_one["images"]],
    unknown=unknown,
    built=len(built.annotations),
    emptied=emptied,
)
