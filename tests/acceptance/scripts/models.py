"""A model version and its files; processings on it and on data; what a processing takes as input."""

from pathlib import Path

from here import connect, facts, refused, report
from picsellia.exceptions import ResourceConflictError, ResourceNotFoundError
from picsellia.types.enums import ProcessingInputType

given = facts()
client = connect()
model = client.get_model_version_by_id(given["model_version"])
model.sync()
weights = Path(given["folder"]) / "weights.bin"
weights.write_bytes(b"first")
model.store("weights", weights)
taken = refused(ResourceConflictError, model.store, "weights", weights)
weights.write_bytes(b"second")
model.store("weights", weights, replace=True)
file = model.get_file("weights")
file.sync()
target = Path(given["folder"]) / "down"
file.download(str(target))
files = [one.name for one in model.list_files()]
missing = refused(ResourceNotFoundError, model.get_file, "nothing")


def ran(job):
    return job.wait_for_done(blocking_time_increment=0.5, attempts=60).value


on_model = model.launch_processing(client.get_processing(given["model_package"]))
some = client.get_datalake().list_data(filenames=given["names"][:2])
on_data = client.get_datalake().launch_processing(
    client.get_processing(given["data_package"]), some
)
statuses = [ran(on_model), ran(on_data)]
work = on_data.sync()["processing_job"]
payload = client.connection.session.get(work["payload_presigned_url"]).json()

image = client.create_processing(
    name="inputs",
    target="MODEL_VERSION",
    default_cpu=1,
    default_gpu=0,
    default_parameters={},
    docker_image="registry.example.org/inputs",
    docker_tag="1.0",
)
image.add_processing_input("first", ProcessingInputType.TEXT, False, None, None)
image.add_processing_input("second", ProcessingInputType.NUMBER, True, None, None)
image.update_processing_input("first", True, None, None)
image.delete_processing_input("second")
inputs = [[one["name"], one["required"]] for one in image.list_processing_inputs()]
no_input = refused(ResourceNotFoundError, image.delete_processing_input, "second")
image.sync()
names = [one.name for one in client.list_processings()]
image.delete()
names_left = [one.name for one in client.list_processings()]

report(
    name=model.name,
    framework=model.framework.value,
    taken=taken,
    content=(target / "weights.bin").read_text(),
    files=files,
    missing=missing,
    statuses=statuses,
    data_ids=sorted(payload["data_ids"]),
    some=sorted(str(one.id) for one in some),
    inputs=inputs,
    no_input=no_input,
    listed=["inputs" in names, "inputs" in names_left],
)
