"""What a version says of its pictures by tags and attributes: counts, classes from tags of the datalake."""

from here import connect, facts, refused, report
from picsellia.exceptions import BadRequestError, ResourceLockedError
from picsellia.types.enums import InferenceType, TagTarget

given = facts()
client = connect()
lake = client.get_datalake()
dataset = client.create_dataset("in words")
version = dataset.create_version("v1", type=InferenceType.CLASSIFICATION)
data = lake.list_data(filenames=given["names"][30:34])
version.add_data(data, tags=["kept"])
sunny, cloudy, unused = (lake.create_data_tag(name) for name in ("sunny", "cloudy", "foggy"))
data[:3].add_tags(sunny)
data[3].add_tags(cloudy)
version.list_assets(data_ids=[data[0].id]).add_tags(version.create_asset_tag("best"))

# tags
asset_tags, data_tags = version.get_asset_tag_analytics(), version.get_data_tag_analytics()
job = version.convert_tags_to_classification(TagTarget.DATA, [sunny, cloudy])
job.wait_for_done()
classes = {
    asset.data_id: [shape.label.name for shape in asset.get_annotation().list_classifications()]
    for asset in version.list_assets()
}
nothing = refused(BadRequestError, version.convert_tags_to_classification, TagTarget.DATA, [])
nobody = refused(BadRequestError, version.convert_tags_to_classification, TagTarget.DATA, [unused])

# people, and parts of lists
people = [one.username for one in dataset.list_users()]
myself = client.list_users(people[0])[0]
dataset.add_user(myself)
no_role = refused(BadRequestError, dataset.add_user, myself, "ADMIN")
parts = [
    [one.name for one in client.list_datasets(limit=1, order_by=["-created_at"])],
    [one.name for one in lake.list_data_tags(order_by=["name"]) if one.name in ("foggy", "sunny")],
]

# attributes
declared = {
    "color": {
        "display_name": "Color",
        "required": True,
        "input_type": "STRING",
        "choices": ["red", "green"],
        "allow_multiple": True,
    },
    "score": {"required": False, "input_type": "FLOAT", "min": 0.0, "max": 1.0},
}
before = version.get_attributes()
version.set_attributes(declared)
attributes = version.get_attributes()
wrong = refused(
    BadRequestError, version.set_attributes, {"a": {"required": True, "input_type": "DATE"}}
)
fork, _ = version.fork("v2", with_labels=True, type=version.type)
version.lock()
locked = refused(ResourceLockedError, version.set_attributes, None)
version.unlock()
version.set_attributes(None)

report(
    people=[people, len(client.list_users()), len(client.list_users("nobody")), no_role],
    parts=parts,
    refreshed=sorted(one.filename for one in version.list_assets().as_multidata()),
    asset_tags=asset_tags,
    data_tags=data_tags,
    job=job.status.value,
    classes=[classes[one.id] for one in data],
    labels=[label.name for label in version.list_labels()],
    still_tagged=len(lake.list_data(tags=[sunny])),
    refused=[nothing, nobody, wrong, locked],
    attributes=[before, attributes, version.get_attributes(), fork.get_attributes()],
    declared=declared,
)
