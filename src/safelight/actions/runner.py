"""What a runner and the server say to each other: the spec of the run, signs of life, the end."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from safelight import sdk_wheel
from safelight.actions import access, diagnosing, external, logs, masking, settle
from safelight.actions.context import Context
from safelight.actions.heartbeats import Beat, alive_until
from safelight.actions.sealing import token_hash
from safelight.domain.jobs import Declared, Exit, RunStatus, TargetType
from safelight.errors import Unauthenticated
from safelight.store import jobs, organizations, packages, runs
from safelight.store.db import Read
from safelight.store.jobs import Job
from safelight.store.runs import Run
from safelight.store.samples import Sample

SECOND = 1_000_000  # microseconds
OVERSTAY_S = 60.0  # after a declared end, until the run is told to go
OVERSTAY_GRACE_S = 10.0


def run_of(context: Context, token: str | None) -> Run:
    """The run whose runner carries this token. Raises Unauthenticated."""
    with context.db.read() as read:
        run = runs.find_by_runner_token(read, token_hash(token)) if token else None
    if run is None:
        raise Unauthenticated("This is not the token of a run.")
    return run


def check_open(run: Run) -> None:
    """Raises Unauthenticated once nothing is left to report: the run ended and its log is whole."""
    if run.is_final and run.log_completed_at is not None:
        raise Unauthenticated("The run has ended and its log is whole: its token is used up.")


# --- the spec -------------------------------------------------------------------------------------


def start(context: Context, run: Run, url: str, who: dict[str, Any]) -> dict[str, Any]:
    """The step to RUNNING; what the runner needs to know. Asking again while it runs answers again.

    `url` is the address at which this runner, described by `who`, reaches the server.
    Raises AlreadyEnded.
    """
    with context.db.transaction() as tx:
        until = alive_until(context.settings, tx.now)
        run, _ = runs.start(tx, run.run_id, alive_until=until)
        job = jobs.get(tx, run.organization_id, run.job_id)
        # `runs.start` has written the run's row: whoever asks at the same time waits for us here.
        token = access.issue_script_token(
            tx,
            run.run_id,
            run.triggered_by,
            run.organization_id,
            context.sealer.script_token(run.run_id),
        )
        if who:
            runs.snapshot(tx, run.run_id, {"runner": who})
        spec = _spec(tx, run)
        spec["environment"] = {**_environment(tx, run, job, url), **_tokens(token)}
    spec["stop"] = stop_order(context, run)
    spec["offsets"] = logs.acknowledged(context, run.run_id)
    return spec


def _spec(read: Read, run: Run) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "run_id": run.run_id,
        "job_id": run.job_id,
        "kind": "internal" if "internal" in run.source else "process",
        "entry": None,
        "package": None,
        "requirements": None,
        "pinned": None,
        "sdk": None,
        "limits": asdict(run.resources),
        "run_user": None,
    }
    package_hash = run.source.get("package")
    if package_hash is None:
        return spec
    package = packages.get(read, run.organization_id, package_hash)
    wheel = sdk_wheel.build()
    spec |= {
        "entry": package.manifest["entry"],
        "package": {"hash": package_hash, "url": f"/api/v1/runner/package/{package_hash}"},
        "requirements": package.manifest.get("requirements"),
        "sdk": {
            "url": "/api/v1/sdk.whl",
            "version": wheel.filename.split("-")[1],
            "digest": wheel.digest,
        },
    }
    if spec["requirements"]:
        spec["pinned"] = _pinned(read, run)
    return spec


def _pinned(read: Read, run: Run) -> list[str] | None:
    """What an earlier run of the same source resolved its requirements to."""
    for earlier in runs.of_job(read, run.job_id):
        if earlier.number < run.number and earlier.source == run.source and earlier.snapshot:
            found: list[str] | None = earlier.snapshot.get("packages")
            if found:
                return found
    return None


def _environment(read: Read, run: Run, job: Job, url: str) -> dict[str, str]:
    """What the script finds in its environment (the wire's names, then ours)."""
    organization = organizations.get(read, run.organization_id)
    environment = {
        "host": url,
        "organization_id": str(run.organization_id),
        "organization_name": organization.name,
        "job_id": str(run.job_id),
        "SAFELIGHT_URL": url,
        "SAFELIGHT_RUN_ID": str(run.run_id),
        "PICSELLIA_SDK_SECTION_HANDLER": "1",  # else cv-engine prints no section marks
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
    }
    experiment_id = experiment_of(run, job)
    if experiment_id is not None:
        environment["experiment_id"] = experiment_id
    return environment


def experiment_of(run: Run, job: Job) -> str | None:
    """The experiment that a run trains."""
    if job.target is not None and job.target.type is TargetType.EXPERIMENT:
        return str(job.target.id)
    return run.inputs.get("experiment_id")


def _tokens(token: str) -> dict[str, str]:
    return {"api_token": token, "SAFELIGHT_TOKEN": token}


# --- while it runs --------------------------------------------------------------------------------


def heartbeat(context: Context, run: Run, sample: Sample | None) -> dict[str, Any]:
    """Note a sign of life; the answer tells the runner to stop, or that the record is closed."""
    renewed = context.beats.put(Beat(run.run_id, sample))
    if renewed is not None:
        return {"stop": stop_order(context, renewed), "final": False}
    with context.db.read() as read:
        return {"stop": _last_order(read, run.run_id), "final": True}


def _last_order(read: Read, run_id: UUID) -> dict[str, Any] | None:
    """Of a run that ended in the record: what was stopped must not go on where it runs."""
    killed = runs.get(read, run_id).status is RunStatus.KILLED
    return {"grace_s": 0.0, "kill": True, "until": None} if killed else None


def stop_order(context: Context, run: Run) -> dict[str, Any] | None:
    """What the runner shall do about a stop that was asked for, or an end that was declared."""
    now = context.db.clock()
    if run.kill_at is not None:
        left_s = max(0, run.kill_at - now) / SECOND
        return {"grace_s": left_s, "kill": left_s == 0, "until": run.kill_at}
    if run.declared_at is not None and now - run.declared_at >= OVERSTAY_S * SECOND:
        return {"grace_s": OVERSTAY_GRACE_S, "kill": False, "until": run.declared_at}
    return None


# --- the end --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Report:
    """How the runner saw the end. `offsets`: where each stream of its log ends."""

    exit: Exit
    stop_signalled: bool = False
    offsets: dict[str, int] = field(default_factory=dict)


def report(context: Context, run: Run, report: Report) -> Run:
    """Take the runner's report: the log's length first, so that a run's end finds its log whole."""
    is_whole = logs.expect(context, run.run_id, report.offsets)
    if run.engine == settle.EXTERNAL and report.stop_signalled:
        external.stopped_there(context, run)
    is_bad = report.exit.exit_code != 0 or run.declared is Declared.FAIL
    ended = settle.settle(
        context.db,
        run.run_id,
        masking.masked(context, run, report.exit),
        stop_signalled=report.stop_signalled,
        tail=diagnosing.tail(context, run) if is_bad else (),
    )
    if ended.failure is not None and not is_whole:
        diagnosing.locate(context, run.run_id)  # the rest of the log may have come meanwhile
    return ended


def take_log(context: Context, run: Run, stream: str, offset: int, data: bytes, at: int) -> int:
    """Take raw bytes of a stream; the offset that is acknowledged. Raises Conflict on a gap."""
    return logs.append(context, run.run_id, stream, offset, data, at=at)


def keep_snapshot(context: Context, run_id: UUID, snapshot: dict[str, Any]) -> None:
    """Keep what exactly ran: interpreter, packages, environment."""
    with context.db.transaction() as tx:
        runs.snapshot(tx, run_id, snapshot)
