"""Find a package, launch it and wait; register an image and see why it cannot run here."""

import time

from here import connect, facts, refused, report
from picsellia.exceptions import PicselliaError, ResourceConflictError, ResourceNotFoundError
from picsellia.types.enums import JobRunStatus, ProcessingInputType

given = facts()
client = connect()
dataset = client.get_dataset(given["dataset"])
version = dataset.get_version("first")

package = client.get_processing(given["package"])
job = version.launch_processing(package, parameters={"word": "acceptance"})
first_status = job.status.value
ended = job.wait_for_done(blocking_time_increment=0.5, attempts=60)
same = client.get_job_by_id(job.id)

chosen = version.list_assets(limit=2)
selected = version.launch_processing(package, assets=chosen)
selected.wait_for_done(blocking_time_increment=0.5, attempts=60)
work = selected.sync()["processing_job"]
payload = client.connection.session.get(work["payload_presigned_url"]).json()

failing = version.launch_processing(package, parameters={"word": "fail"})
failed = failing.wait_for_done(blocking_time_increment=0.5, attempts=60)

image = client.create_processing(
    name="detector",
    target="DATASET_VERSION",
    default_cpu=1,
    default_gpu=0,
    default_parameters={"threshold": 0.5},
    docker_image="registry.example.org/detector",
    docker_tag="1.0",
    type="PRE_ANNOTATION",
)
image.add_processing_input("model_version_id", ProcessingInputType.TEXT, False, None, None)
taken = refused(
    ResourceConflictError,
    client.create_processing,
    name="detector",
    target="DATASET_VERSION",
    default_cpu=1,
    default_gpu=0,
    default_parameters={},
    docker_image="a",
    docker_tag="b",
)
image.update(docker_tag="1.1", default_parameters={"threshold": 0.75})
began = time.monotonic()
stuck = version.launch_processing(image)
stuck_status = stuck.wait_for_done()  # twenty looks, a second apart
took = time.monotonic() - began

report(
    docker=package.docker,
    first_status=first_status,
    ended=ended.value,
    same=same.status.value,
    job=job.id,
    payload=sorted(payload["asset_ids"]),
    chosen=sorted(str(asset.id) for asset in chosen),
    inputs=work["inputs"],
    version=version.id,
    failed=failed.value,
    failing=failing.id,
    image=[image.docker, [one["name"] for one in image.list_processing_inputs()]],
    taken=taken,
    unknown=refused(ResourceNotFoundError, client.get_processing, "no such"),
    stuck=stuck_status.value,
    stuck_job=stuck.id,
    took=took,
    killed=JobRunStatus.KILLED.value,
    no_attempts=refused(PicselliaError, job.update_job_run_with_status, JobRunStatus.KILLED),
)
