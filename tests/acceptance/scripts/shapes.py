"""Annotations and shapes, one by one and in bulk; read back exactly as they were sent."""

from here import connect, facts, refused, report
from picsellia.exceptions import ResourceNotFoundError
from picsellia.types.enums import AnnotationStatus

given = facts()
client = connect()
version = client.get_dataset(given["dataset"]).create_version("shapes")
lake = client.get_datalake()
version.add_data(lake.list_data(filenames=given["names"][:6]))
apple, pear = version.create_label("apple"), version.create_label("pear")
asset, other, third, fourth = version.list_assets(order_by=["created_at"])[:4]


def box(shape):
    return [shape.x, shape.y, shape.w, shape.h, shape.label.name]


no_annotation = refused(ResourceNotFoundError, asset.get_annotation)
annotation = asset.create_annotation(duration=1.5)
first = annotation.create_rectangle(1, 2, 30, 20, apple)
many = [(n, 50 - n, n + 1, 2 * n + 1, pear if n % 2 else apple) for n in range(20)]
made = annotation.create_multiple_rectangles(many)
polygon = [[1, 1], [40, 3], [39, 30], [1, 31], [1, 1]]
drawn = annotation.create_polygon(polygon, apple)
annotation.create_multiple_polygons(
    [([[0, 0], [5, 0], [5, 5]], pear), ([[9, 9], [8, 8], [7, 9]], apple)]
)
said = annotation.create_classification(pear)
annotation.create_multiple_classifications([apple, pear])

boxes = [box(shape) for shape in annotation.list_rectangles()]
polygons = [[shape.coords, shape.label.name] for shape in annotation.list_polygons()]
words = [shape.label.name for shape in annotation.list_classifications()]

# changed one by one
first.update(x=7, label=pear)
drawn.update(coords=[[2.125, 2.0], [4, 2], [4, 4.0625]])
drawn.update(text="a leaf", label=pear)
said.update(label=apple)
made[3].delete()
changed = [box(shape) for shape in annotation.list_rectangles()]
changed_polygon = annotation.list_polygons()[0]
first.sync()
drawn.sync()
said.sync()
annotation.sync()
gone = refused(ResourceNotFoundError, made[3].sync)

annotation.update(duration=2.25, status=AnnotationStatus.ACCEPTED)
synced = asset.get_annotation()

words_before = len(annotation.list_classifications())
annotation.create_classification(pear).delete()
annotation.create_polygon([[1, 1], [2, 2], [3, 1]], pear).delete()
as_before = [
    len(annotation.list_classifications()) == words_before,
    len(annotation.list_polygons()) == len(polygons),
]

# written over
second = other.create_annotation(0.5)
second.create_rectangle(1, 1, 2, 2, apple)
second.overwrite(
    rectangles=[(5, 6, 7, 8, pear), (1, 2, 3, 4, apple)],
    polygons=[([[1, 1], [2, 2], [3, 1]], apple)],
    classifications=[pear],
    duration=3.0,
)
over = [box(shape) for shape in second.list_rectangles()]

# loaded in bulk, as trainings do
loaded = version.load_annotations()
some = version.load_annotations(assets=[other])
status_ids = version._list_annotation_ids(status=AnnotationStatus.ACCEPTED)
stats = version.retrieve_stats()
train, test, counts_train, counts_test, labels = version.train_test_split(0.5, random_seed=3)

# taken away
last = fourth.create_annotation()
last.delete()
deleted_one = refused(ResourceNotFoundError, fourth.get_annotation)
doomed = third.create_annotation()
doomed.create_rectangle(1, 1, 2, 2, apple)
third.delete_annotations()
third_left = len(third.list_annotations())
wrong_label = refused(
    Exception,
    annotation.create_rectangle,
    1,
    2,
    3,
    4,
    client.get_dataset(given["dataset"]).get_version("first").get_label("apple"),
)

report(
    version=version.id,
    refused=[no_annotation, gone, deleted_one, wrong_label],
    sent=[[1, 2, 30, 20, "apple"], *([*shape[:4], shape[4].name] for shape in many)],
    made=[box(shape) for shape in made] == [[*shape[:4], shape[4].name] for shape in many],
    boxes=boxes,
    polygons=polygons,
    words=words,
    changed=changed,
    changed_polygon=[changed_polygon.coords, changed_polygon.label.name, changed_polygon.text],
    singles=[box(first), drawn.coords, said.label.name],
    annotation=[synced.duration, synced.status.value, synced.id == annotation.id],
    over=over,
    over_others=[second.list_polygons()[0].coords, second.list_classifications()[0].label.name],
    loaded={key: [len(one["rectangles"]) for one in value] for key, value in loaded.items()},
    loaded_labels=sorted({shape["label"] for shape in loaded[str(other.id)][0]["rectangles"]}),
    asset=asset.id,
    other=other.id,
    some=list(some),
    accepted=len(status_ids),
    stats=[stats.label_repartition, stats.nb_objects, stats.nb_annotations],
    split=[len(train), len(test), [label.name for label in labels]],
    third_left=third_left,
    as_before=as_before,
)
