"""Put other views beside pictures and take them away; let uploaded files become data and views."""

from pathlib import Path

from here import connect, facts, refused, report
from picsellia.exceptions import ResourceNotFoundError
from picsellia.types.enums import ObjectDataType

given = facts()
client = connect()
lake = client.get_datalake()
data = lake.find_data(filename=given["names"][40])
path = Path(given["pictures"]) / given["names"][41]
target = Path(given["folder"])

none = data.list_projections()
view = lake.create_projection(data, "infrared", str(path), {"lens": "wide"}, fill_metadata=True)
lake.create_projection(data, "second", str(path))
listed = data.list_projections()
listed[0].sync()
listed[0].download(target)
fresh = client.connection.session.get(view.reset_url()).content
other = lake.find_data(filename=given["names"][42]).list_projections()
listed[1].delete()

# files that were uploaded and are nothing yet
lone, more = Path(given["folder"]) / "lone.png", Path(given["folder"]) / "more.png"
for number, one in enumerate((lone, more)):
    one.write_bytes((Path(given["pictures"]) / given["names"][42 + 3 * number]).read_bytes())


def uploaded(path, kind):
    name = client.connection.generate_data_object_name(path.name, kind, lake.connector_id)
    client.connection.upload_file(name, path, connector_id=lake.connector_id)
    return name


named, begun = (uploaded(one, ObjectDataType.DATA) for one in (lone, more))
job = lake.import_cloud_objects(
    {named: {"tags": ["found"], "data_source": "a bucket", "custom_metadata": {"row": 1}}}
)
job.wait_for_done()
found = lake.find_data(object_name=named)
lake.import_bucket_objects([begun[:-4]], tags=["found", "late"], source="a bucket").wait_for_done()
late = lake.find_data(object_name=begun)
beside = uploaded(path, ObjectDataType.DATA_PROJECTION)
lake.import_cloud_projections({named: [{"name": "beside", "object_name": beside}]}).wait_for_done()
elsewhere = [
    refused(ResourceNotFoundError, lake.import_bucket_objects, ["/bucket/path"]),
    refused(ResourceNotFoundError, lake.import_cloud_objects, {"/bucket/path/a.jpg": {}}),
]

report(
    job=job.status.value,
    found=[found.filename, found.width > 0, found.custom_metadata, found.get_datasource().name],
    tags=[sorted(tag.name for tag in one.get_tags()) for one in (found, late)],
    beside=[one.name for one in found.list_projections()],
    elsewhere=elsewhere,
    none=len(none) + len(other),
    names=[one.name for one in listed],
    infos=view.infos["lens"],
    filename=view.filename,
    downloaded=(target / view.filename).read_bytes() == path.read_bytes() == fresh,
    left=[one.name for one in data.list_projections()],
    gone=refused(ResourceNotFoundError, listed[1].sync),
)
