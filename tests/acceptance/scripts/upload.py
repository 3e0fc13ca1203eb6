"""Fill the datalake: 60 pictures, one in parts, tags, a source, metadata; and files that are none."""

from pathlib import Path

from here import connect, facts, report
from picsellia.exceptions import NothingDoneError
from picsellia.services.error_manager import ErrorManager

given = facts()
client = connect()
lake = client.get_datalake()
paths = [str(Path(given["pictures"]) / name) for name in given["names"]]

uploaded = lake.upload_data(
    paths,
    tags=["first batch", "demo"],
    source="a camera",
    metadata=[{"taken_by": f"person {number}"} for number in range(len(paths))],
)
late = lake.get_data_tag("first batch")
odd = lake.create_data_tag("odd")
some = lake.list_data(filenames=given["names"][1:20:2])
some.add_tags(odd)

errors = ErrorManager()
mixed = lake.upload_data([paths[0], *given["impostors"]], error_manager=errors)
try:
    lake.upload_data(given["impostors"])
    nothing_done = False
except NothingDoneError:
    nothing_done = True

one = lake.find_data(filename=given["names"][3])
again = lake.find_data(object_name=one.object_name)
target = Path(given["downloads"])
one.download(target)
big = lake.find_data(filename=given["names"][-1])
big.download(target)

fresh = client.connection.session.get(one.reset_url()).content
by_name = client.connection.session.get(client.connection.init_download(one.object_name)).content
lake.find_data(filename=given["names"][1]).remove_tags(odd)
odd_left = len(lake.list_data(tags=[odd]))
lake.find_data(filename=given["names"][1]).add_tags(odd)

report(
    fresh=fresh == by_name == (target / one.filename).read_bytes(),
    odd_left=odd_left,
    uploaded=len(uploaded),
    all=len(lake.list_data()),
    pages=[len(lake.list_data(limit=7, offset=50)), len(lake.list_data(limit=1000))],
    oldest=lake.list_data(order_by=["created_at"], limit=1)[0].filename,
    named=sorted(data.filename for data in lake.list_data(filenames=given["names"][:2])),
    by_id=[data.filename for data in lake.list_data(ids=[str(one.id)])],
    by_object=[data.filename for data in lake.list_data(object_names=[one.object_name])],
    tagged=len(lake.list_data(tags="first batch")),
    odd=sorted({data.filename for data in lake.list_data(tags=[odd])}),
    either=len(lake.list_data(tags=["odd", "demo"])),
    both=len(lake.list_data(tags=["odd", "demo"], intersect_tags=True)),
    tags=sorted(tag.name for tag in lake.list_data_tags()),
    tags_of_one=sorted(tag.name for tag in one.get_tags()),
    same_tag=lake.get_or_create_data_tag("first batch").id == late.id,
    source=one.get_datasource().name,
    metadata=one.metadata,
    size=[one.width, one.height],
    status=one.upload_status.value,
    same=one.id == again.id,
    mixed=mixed.filename,
    errors=sorted(Path(error.path).name for error in errors.errors),
    nothing_done=nothing_done,
    downloaded=[one.filename, big.filename],
)
