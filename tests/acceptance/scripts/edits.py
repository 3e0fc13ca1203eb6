"""What one changes and takes away: shapes of the rarer kinds, labels, tags, sources, data, versions, datasets."""

from here import connect, facts, refused, report
from picsellia.exceptions import ResourceConflictError, ResourceNotFoundError
from picsellia.types.enums import InferenceType, TagTarget

given = facts()
client = connect()
lake = client.get_datalake()
lake.sync()
data = lake.list_data(filenames=given["names"][10:16])
dataset = client.create_dataset("to edit", description="first words")
version = dataset.create_version("v1", type=InferenceType.MULTI)
version.add_data(data)
apple, pear = version.create_label("apple"), version.create_label("pear")

# shapes of the rarer kinds
asset, other = version.list_assets(order_by=["created_at"])[:2]
annotation = asset.create_annotation(1.0)
line = annotation.create_line([[1, 2], [3, 4]], apple)
annotation.create_multiple_lines([([[5, 5], [6, 6], [7, 5]], pear), ([[0, 0], [1, 1]], pear)])
point = annotation.create_point([7, 8], apple)
mask = annotation.create_mask(given["mask"], pear)
line.update(coords=[[1, 2], [9, 9]], label=pear)
point.update(coords=[3, 3], text="a dot")
for shape in (line, point, mask):
    shape.sync()
lines = [[shape.coords, shape.label.name] for shape in annotation.list_lines()]
points = [[shape.coords, shape.text] for shape in annotation.list_points()]
masks = [[shape.mask, shape.area, shape.bbox] for shape in annotation.list_masks()]
loaded = version.load_annotations()
annotation.list_lines()[2].delete()
point.delete()
mask.delete()
kinds_left = [
    len(annotation.list_lines()),
    len(annotation.list_points()),
    len(annotation.list_masks()),
]
other.create_annotation(2.0)
annotations = version.list_annotations()
second_page = version.list_annotations(limit=1, offset=1, order_by=["created_at"])

# labels and their groups
fruit, food = version.create_label_group("fruit"), version.create_label_group("food")
fruit.update(name="fruits")
fruit.set_parent(food)
pear.set_group(fruit)
fruit.sync()
groups = [pear.get_group().name, fruit.get_parent().name]
apple.set_skeleton(["top", "bottom"], [[1, 2]])
skeletons = version.get_skeletons()
apple.set_attributes({"ripe": {"required": True, "input_type": "BOOLEAN"}})
attributes = apple.get_attributes()
skeleton = apple.get_skeleton()
apple.sync()
fruit.delete()
pear.sync()
ungrouped = pear.group_id
pear.delete()
labels_left = [label.name for label in version.list_labels()]
lines_left = [shape.label.name for shape in annotation.list_lines()]

# tags
tag = version.create_asset_tag("round")
tag.attach_on(version.list_assets()[:3])
tag.update("rounder")
tag.sync()
tagged = len(version.list_assets(tags="rounder"))
copy = dataset.create_version("copy", type=InferenceType.CLASSIFICATION)
version.copy_assets_to(copy, version.list_assets()[:3], with_tags=True, with_annotations=True)
copied = [copy.sync()["size"], sorted(one.name for one in copy.list_asset_tags())]
converted = copy.convert_tags_to_classification(TagTarget.ASSET, copy.list_asset_tags())
converted.wait_for_done()
classes = [
    [shape.label.name for shape in one.get_annotation().list_classifications()]
    for one in copy.list_assets()
]
tag.delete()
tags_left = [one.name for one in version.list_asset_tags()]
whole, part = client.create_dataset_tag("ours"), client.create_dataset_version_tag("best")
whole.attach_on(dataset)
part.attach_on(version)
object_tags = [
    [one.name for one in dataset.get_tags()],
    [one.name for one in version.get_tags()],
    [one.name for one in client.list_dataset_tags()],
    client.find_dataset_version_tag("best").id == part.id,
]
part.detach_from(version)
tags_off = [one.name for one in version.get_tags()]

# sources and data
source = client.create_datasource("a drone")
source.update("a kite")
source.sync()
sources = [one.name for one in client.list_datasources()]
source.delete()
sources_left = [one.name for one in client.list_datasources()]
one = data[0]
one.update_metadata({"iso": 100})
one.update_custom_metadata({"weather": "rain"})
one.sync()
metadata = [one.metadata, one.custom_metadata]
in_use = refused(ResourceConflictError, one.delete)
lake.upload_data(given["files"])
fresh = lake.list_data(filenames=given["fresh"])
fresh[0].delete()
fresh[1:].delete()
fresh_left = given["fresh"][0] in [each.filename for each in lake.list_data()]

# what one takes away
version.list_assets()[0].delete()
version.list_assets()[:2].delete()
size = version.sync()["size"]
dataset.update(name="edited", description="other words")
renamed = client.get_dataset("edited").name
copy.delete()
versions_left = [one.version for one in dataset.list_versions()]
no_copy = refused(ResourceNotFoundError, copy.sync)
dataset.sync()
dataset.delete()
no_dataset = refused(ResourceNotFoundError, client.get_dataset, "edited")

report(
    lines=lines,
    points=points,
    masks=masks,
    loaded=len(loaded),
    kinds_left=kinds_left,
    annotations=[each.duration for each in annotations],
    second_page=[each.duration for each in second_page],
    groups=groups,
    skeletons=list(skeletons.values()),
    skeleton=skeleton,
    attributes=attributes,
    ungrouped=ungrouped,
    labels_left=labels_left,
    lines_left=lines_left,
    tag=tag.name,
    tagged=tagged,
    copied=copied,
    classes=classes,
    tags_left=tags_left,
    object_tags=object_tags,
    tags_off=tags_off,
    source=source.name,
    sources=sources,
    sources_left=sources_left,
    metadata=metadata,
    in_use=in_use,
    fresh_left=fresh_left,
    size=size,
    renamed=renamed,
    versions_left=versions_left,
    no_copy=no_copy,
    no_dataset=no_dataset,
)
