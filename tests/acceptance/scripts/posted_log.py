"""Post a log as the official wrappers do: parts, a replaced line, a buffer, an exit code."""

from pathlib import Path

from here import connect, facts, report
from picsellia.types.enums import JobRunStatus

given = facts()
client = connect()
job = client.get_job_by_id(given["job"])
before = job.status.value
job.update_job_run_with_status(JobRunStatus.RUNNING)
running = job.status.value

START, TRAIN = "--#--Start job", "--#--Train"
job.send_logging(START, START)
job.send_logging("reading pictures\n", START)
job.send_logging("epoch 1/2: 10%", TRAIN)
for percent in (50, 100):
    job.line_nb -= 1  # a progress bar is sent again under its number
    job.send_logging(f"epoch 1/2: {percent}%", TRAIN)
job.send_logging(["first of a table\n", "second of a table\n"], TRAIN, special="buffer")
job.line_nb += 1
job.send_logging("\x1b[32mdone\x1b[0m\n", TRAIN)
file = Path(given["folder"]) / "log.json"
file.write_text('{"--#--Start job": {"logs": {"1": "reading pictures"}}}')
stored = job.store_logging_file(file)
job.send_logging("0", "--#--End job", special="exit_code")
job.update_job_run_with_status(JobRunStatus.SUCCEEDED)
other = client.get_job_by_id(given["other"])
other.send_logging("something is wrong\n", START)
other.update_job_run_with_status(JobRunStatus.FAILED)
report(
    other=other.sync()["status"],
    before=before,
    running=running,
    stored=stored,
    after=job.sync()["status"],
)
