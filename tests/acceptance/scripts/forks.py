"""Fork a version: whole, without annotations, a selection; and lock one."""

from here import connect, facts, refused, report
from picsellia.exceptions import ResourceConflictError, ResourceLockedError
from picsellia.types.enums import InferenceType

given = facts()
client = connect()
dataset = client.get_dataset(given["dataset"])
version = dataset.create_version("to fork")
version.add_data(client.get_datalake().list_data(filenames=given["names"][1:9]), tags=["kept"])
version.set_type(InferenceType.OBJECT_DETECTION)
apple, pear = version.create_label("apple"), version.create_label("pear")
assets = version.list_assets()
for number, asset in enumerate(assets):
    asset.create_annotation().create_rectangle(number, 1, 2, 3, pear if number % 2 else apple)


def boxes(of):
    found = {}
    for asset in of.list_assets():
        shapes = [
            [shape.x, shape.y, shape.w, shape.h, shape.label.name]
            for annotation in asset.list_annotations()
            for shape in annotation.list_rectangles()
        ]
        found[asset.filename] = shapes
    return found


whole, job = version.fork(
    "whole", with_annotations=True, with_labels=True, with_tags=True, type=version.type
)
bare, _ = version.fork("bare")
few, _ = version.fork("few", assets=assets[:3], with_annotations=True, with_labels=True)
taken = refused(ResourceConflictError, version.fork, "whole")

original = boxes(version)
copied = boxes(whole)
# a fork is a version of its own
fork_asset = whole.find_asset(filename=assets[0].filename)
fork_asset.get_annotation().create_rectangle(9, 9, 9, 9, whole.get_label("pear"))
untouched = boxes(version) == original

whole.lock()
locked_asset = whole.list_assets()[0]
one = locked_asset.get_annotation()
locked = [
    refused(ResourceLockedError, whole.create_label, "plum"),
    refused(ResourceLockedError, whole.set_type, "SEGMENTATION"),
    refused(ResourceLockedError, locked_asset.create_annotation),
    refused(ResourceLockedError, one.create_rectangle, 1, 1, 1, 1, whole.get_label("pear")),
    refused(ResourceLockedError, one.list_rectangles()[0].update, x=3),
    refused(ResourceLockedError, one.delete),
    refused(ResourceLockedError, whole.delete_all_annotations),
    refused(ResourceLockedError, whole.add_data, client.get_datalake().list_data(limit=1)[0]),
]
still = boxes(whole)[assets[0].filename]
whole.unlock()
whole.create_label("plum")

report(
    job=job.status.value,
    same=copied == original,
    labels=[label.name for label in whole.list_labels()],
    type=whole.type.value,
    tags=[tag.name for tag in whole.list_asset_tags()],
    bare=[len(bare.list_assets()), sum(map(len, boxes(bare).values())), len(bare.list_labels())],
    few=sorted(asset.filename for asset in few.list_assets()),
    chosen=sorted(asset.filename for asset in assets[:3]),
    few_shapes=sum(map(len, boxes(few).values())),
    taken=taken,
    untouched=untouched,
    locked=locked,
    still=len(still),
)
