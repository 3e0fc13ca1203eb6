"""Make a dataset and a version, put data in, label it, list and filter its assets."""

from here import connect, facts, refused, report
from picsellia.exceptions import NoDataError, ResourceConflictError, ResourceNotFoundError

given = facts()
client = connect()
lake = client.get_datalake()
data = lake.list_data(filenames=given["names"])

dataset = client.create_dataset(given["dataset"], description="sixty pictures")
twice = refused(ResourceConflictError, client.create_dataset, given["dataset"])
version = dataset.create_version("first", description="as they came")
taken = refused(ResourceConflictError, dataset.create_version, "first")
missing = refused(ResourceNotFoundError, dataset.get_version, "second")
empty = refused(NoDataError, version.list_assets)

job = version.add_data(data[:50], tags=["kept"])
version.add_data(data)  # the first fifty are there already
status = job.sync()["status"]

apple = version.create_label("apple")
pear = version.get_or_create_label("pear")
names = [label.name for label in version.list_labels()]
pear.update(name="quince")
label_taken = refused(ResourceConflictError, version.create_label, "apple")

assets = version.list_assets()
one = version.find_asset(filename=given["names"][5])
crossed = version.get_or_create_asset_tag("crossed")
version.list_assets(filenames=given["names"][:3]).add_tags(crossed)

report(
    dataset=dataset.id,
    version=version.id,
    found=client.get_dataset(given["dataset"]).get_version("first").id,
    by_id=client.get_dataset_version_by_id(str(version.id)).id,
    datasets=[one.name for one in client.list_datasets()],
    versions=[one.version for one in dataset.list_versions()],
    refused=[twice, taken, missing, empty, label_taken],
    job=status,
    size=version.sync()["size"],
    assets=len(assets),
    unique=len({asset.id for asset in assets}),
    newest_first=assets[0].filename,
    oldest_first=version.list_assets(order_by=["created_at"], limit=2)[0].filename,
    page=[asset.filename for asset in version.list_assets(limit=3, offset=2)],
    whole=[asset.filename for asset in assets],
    by_ids=len(version.list_assets(ids=[assets[0].id, assets[9].id])),
    by_data=len(version.list_assets(data_ids=[assets[0].data_id])),
    by_names=sorted(a.filename for a in version.list_assets(filenames=given["names"][:2])),
    by_objects=len(version.list_assets(object_names=[one.object_name])),
    by_start=len(version.list_assets(filenames_startswith=["picture-0"])),
    tagged=len(version.list_assets(tags="kept")),
    both=len(version.list_assets(tags=["kept", "crossed"], intersect_tags=True)),
    of_data=len(version.list_assets(data_tags="odd")),
    tags=sorted(tag.name for tag in version.list_asset_tags()),
    tags_of_one=sorted(
        tag.name for tag in version.find_asset(filename=given["names"][0]).get_tags()
    ),
    one=[one.width, one.height, one.type.value],
    labels=names,
    renamed=[label.name for label in version.list_labels()],
    label=version.get_label("quince").id == pear.id,
    apple=apple.name,
)
