"""Undoing what a run or an edit changed: launching the job, and the step that it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from safelight.actions.context import Context
from safelight.actions.import_annotations import target_of
from safelight.actions.launch import Order, internal_order, launch
from safelight.actions.undo_refusal import NEVER_KEPT, refusal, who_and_when
from safelight.domain.permissions import Actor, require
from safelight.errors import Conflict, Invalid, NotFound
from safelight.ids import Kind
from safelight.store import assets, changes, conflicts, history, jobs, labels, runs, undo, versions
from safelight.store.changes import Author
from safelight.store.conflicts import Conflicts
from safelight.store.db import Read, Transaction
from safelight.store.history import Entry
from safelight.store.jobs import Job
from safelight.store.packed import packed
from safelight.store.runs import Run
from safelight.store.undo import Undone
from safelight.store.versions import Version

Opened = list[tuple[Entry, Version]]


def launch_undo_of_run(
    context: Context,
    actor: Actor,
    run_id: UUID,
    *,
    keep_newer: bool = False,
    idempotency_key: str | None = None,
) -> tuple[Job, Run]:
    """Launch the job that undoes all that a run changed and nobody has undone yet.

    Raises Denied, NotFound, Locked, NewerChanges with the list of what stands in the way, Conflict if
    there is nothing to undo.
    """
    require(actor, "write_data")
    with context.db.read() as read:
        if earlier := _earlier(read, actor, idempotency_key):
            return earlier
        run = runs.get(read, run_id, actor.organization_id)
        job = jobs.get(read, actor.organization_id, run.job_id)
        entries = [each for each in history.of_run(read, run_id) if each.undone_by is None]
        if not entries:
            raise Conflict("This run has changed nothing that could be undone.")
        order = _order(read, actor, entries, f"Undo {job.name}", keep_newer, idempotency_key)
    with context.db.transaction() as tx:
        return launch(tx, order)


def launch_undo_of_change(
    context: Context,
    actor: Actor,
    change_id: UUID,
    *,
    keep_newer: bool = False,
    idempotency_key: str | None = None,
) -> tuple[Job, Run]:
    """The same of one change set."""
    require(actor, "write_data")
    with context.db.read() as read:
        if earlier := _earlier(read, actor, idempotency_key):
            return earlier
        key = packed(read).read(change_id, Kind.CHANGE_SET).key
        entry = history.get(read, actor.organization_id, key)
        version = versions.ever(read, actor.organization_id, key=entry.version_key)
        where = f"{version.dataset_name}/{version.name}"
        what = entry.job.name if entry.job else f"{entry.user_name or 'an'}’s edit"
        name = f"Undo {what}" if where in what else f"Undo {what} of {where}"
        order = _order(read, actor, [entry], name, keep_newer, idempotency_key)
    with context.db.transaction() as tx:
        return launch(tx, order)


def _earlier(read: Read, actor: Actor, idempotency_key: str | None) -> tuple[Job, Run] | None:
    """What the same request launched before: by now there may be nothing left to undo."""
    job = idempotency_key and jobs.find_by_key(read, actor.organization_id, idempotency_key)
    if not job:
        return None
    if job.operation != "undo":
        raise Invalid("This Idempotency-Key was used to launch something else.")
    return job, runs.get(read, job.latest_run_id)


def _order(
    read: Read,
    actor: Actor,
    entries: Sequence[Entry],
    name: str,
    keep_newer: bool,
    idempotency_key: str | None,
) -> Order:
    """What to launch. It looks at each picture, which may take a while, so nobody waits for it; the job
    looks again when others do wait.
    """
    opened = [
        (entry, versions.ever(read, entry.organization_id, key=entry.version_key))
        for entry in entries
    ]
    found = _check(read, opened, keep_newer=keep_newer)
    if all(undo.is_moot(read, *each, kept) for each, kept in zip(opened, found, strict=True)):
        raise _nothing(found)
    packer = packed(read)
    return internal_order(
        actor,
        "undo",
        name=name,
        target=target_of(opened[0][1]),
        parameters={"keep_newer": keep_newer},
        inputs={"changes": [str(packer.change_set(entry.change_set_key)) for entry in entries]},
        idempotency_key=idempotency_key,
    )


# --- the step ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What an undo did to a version, as it is then. `kept`: how many pictures and names were left."""

    version: Version
    undone: Undone
    kept: int


def take_back(
    tx: Transaction,
    organization_id: UUID,
    change_set_keys: Sequence[int],
    by: Author,
    *,
    keep_newer: bool = False,
) -> list[TakenBack]:
    """Undo change sets, one of each version, each as a change set of `by`.

    `keep_newer`: leave the pictures and names that were changed since, instead of refusing. Raises
    NewerChanges, Conflict, NotFound, Locked; the transaction must not be committed then.
    """
    opened = _open(tx, organization_id, change_set_keys)
    found = _check(tx, opened, keep_newer=keep_newer)
    done = [
        _take_back(tx, entry, version, by, each)
        for (entry, version), each in zip(opened, found, strict=True)
    ]
    if not any(each.undone for each in done):
        raise _nothing(found)
    return done


def _nothing(left: Sequence[Conflicts]) -> Conflict:
    newer = ", or was changed since" if any(each.total for each in left) else ""
    return Conflict(f"There is nothing to undo: all of it is as it was before already{newer}.")


def _open(tx: Transaction, organization_id: UUID, change_set_keys: Sequence[int]) -> Opened:
    found = [history.get(tx, organization_id, key) for key in change_set_keys]
    found.sort(key=lambda entry: entry.version_key)  # the order in which everybody takes several
    opened = [versions.open_ever_to_write(tx, organization_id, each.version_key) for each in found]
    # Read again: somebody else may have undone it while we waited for the version.
    again = [history.get(tx, organization_id, each.change_set_key) for each in found]
    return list(zip(again, opened, strict=True))


def _take_back(
    tx: Transaction, entry: Entry, version: Version, by: Author, found: Conflicts
) -> TakenBack:
    change_set = changes.open_set(
        tx, entry.organization_id, entry.version_key, by, changes.ANNOTATIONS
    )
    undone = undo.apply(tx, entry, version, change_set, found)
    version = versions.ever(tx, version.organization_id, key=version.version_key)
    if found.pictures:
        _check_labels(tx, version)
    changes.announce(
        tx, version.organization_id, version.version_id, by, dataset_id=str(version.dataset_id)
    )
    return TakenBack(version, undone, found.total)


def _check_labels(tx: Transaction, version: Version) -> None:
    """Pictures that were left as they are may have shapes of labels that went."""
    known = {label.key for label in labels.get(tx, version).labels}
    if not assets.label_counts(tx, version.version_key).keys() <= known:
        raise Conflict(
            "Pictures that were changed since have shapes with labels that this undo would remove, "
            "so they cannot be left as they are."
        )


def _check(read: Read, opened: Opened, *, keep_newer: bool) -> list[Conflicts]:
    """What stands in the way of each, as far as it may be left alone.

    Raises NewerChanges for what may not, Conflict for what is undone or goes on, NotFound, Locked.
    """
    for entry, version in opened:
        versions.check_unlocked(version)
        _check_state(read, entry, version)
    found = [conflicts.find(read, entry, version) for entry, version in opened]
    for (_, version), each in zip(opened, found, strict=True):
        if each.total and (not keep_newer or each.fields & NEVER_KEPT):
            raise refusal(read, version, each)
    return found


def _check_state(read: Read, entry: Entry, version: Version) -> None:
    if not entry.is_over:
        raise Conflict("The job is still running. Stop it first, or wait until it has ended.")
    if entry.undone_by is not None:
        by = history.get(read, entry.organization_id, entry.undone_by)
        raise Conflict(f"This was undone already, {who_and_when(by)}.")
    if version.removed_at is not None and "exists" not in entry.fields_after:
        raise NotFound(f"Version {version.dataset_name}/{version.name} was removed since.")
