"""Say something of many data at once, and find them by it."""

from uuid import uuid4

from here import connect, facts, refused, report
from picsellia.exceptions import BadRequestError, NoDataError, ResourceNotFoundError
from picsellia.types.schemas import CloudObject, StringCustomMetadataKey

given = facts()
client = connect()
lake = client.get_datalake()
first, second, third = (lake.find_data(filename=name) for name in given["names"][20:23])
first.add_tags(lake.get_or_create_data_tag("there before"))

# many at once
lake.update_multiple_data(
    {
        first.id: {
            "metadata": {"reference": "XYZ1"},
            "custom_metadata": {"rows": 10, "side": "north", "wet": True},
            "tags": ["in bulk", "second in bulk"],
            "data_source": "a crane",
        },
        second.id: CloudObject(custom_metadata={"rows": 20, "side": "north"}, tags=["in bulk"]),
    }
)
lake.update_multiple_data({second.id: {"metadata": {"reference": "XYZ2"}}})
first.sync()
second.sync()
unknown = refused(
    ResourceNotFoundError,
    lake.update_multiple_data,
    {third.id: {"tags": ["too much"]}, uuid4(): {"tags": ["too much"]}},
)

# what custom metadata may say
plain = lake.get_custom_metadata_schema()
declared = {
    "side": StringCustomMetadataKey(required=True, choices=["north", "south"]),
    "seen/at": {"required": False, "input_type": "DATETIME", "min": "2026-01-01T00:00:00Z"},
}
made = lake.update_custom_metadata_schema(declared)
again = lake.update_custom_metadata_schema(
    {**declared, "side": {"required": False, "input_type": "STRING", "choices": ["north", "south"]}}
)
lake.set_allow_extra_custom_metadata(False)
extra = refused(BadRequestError, third.update_custom_metadata, {"rows": 30})
east = refused(BadRequestError, third.update_custom_metadata, {"side": "east"})
third.update_custom_metadata({"seen/at": "2026-02-01T00:00:00+02:00"})
lake.set_allow_extra_custom_metadata(True)
schema = lake.get_custom_metadata_schema()
lake.delete_custom_metadata_schema_key("seen/at")
gone = lake.update_custom_metadata_schema({}, delete_missing_keys=True)

# found by it
version = client.create_dataset("described").create_version("v1")
version.add_data(lake.list_data(ids=[first.id, second.id, third.id]))


def names(*listed):
    return sorted(one.filename for found in listed for one in found)


north = {"side": "north"}
report(
    metadata=[first.metadata, second.metadata],
    custom_metadata=[first.custom_metadata, second.custom_metadata],
    tags=[sorted(tag.name for tag in one.get_tags()) for one in (first, second, third)],
    source=[first.get_datasource().name, second.get_datasource().name],
    unknown=unknown,
    no_tag="too much" not in [tag.name for tag in lake.list_data_tags()],
    schemas=[plain, schema, lake.get_custom_metadata_schema()],
    reports=[made, again, gone],
    misfits=[extra, east],
    by_text=names(lake.list_data(custom_metadata=north)),
    by_number=names(lake.list_data(custom_metadata={"rows": 20})),
    by_both=names(lake.list_data(custom_metadata={"wet": True, **north})),
    ordered=[
        one.filename for one in lake.list_data(custom_metadata=north, order_by=["created_at"])
    ],
    named=names(lake.list_data(filenames=given["names"][20:23], custom_metadata={"rows": 10})),
    assets=names(version.list_assets(custom_metadata=north)),
    named_assets=names(version.list_assets(data_ids=[first.id], custom_metadata=north)),
    nothing=refused(NoDataError, lake.list_data, custom_metadata={"side": "south"}),
    nested=refused(BadRequestError, lake.list_data, custom_metadata={"side": ["north"]}),
)
