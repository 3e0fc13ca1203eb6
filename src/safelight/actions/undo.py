"""Undoing what a run or an edit changed: the step itself, and what refuses it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from safelight.errors import Conflict, NewerChanges, NotFound
from safelight.store import assets, changes, conflicts, history, labels, undo, versions
from safelight.store.changes import Author
from safelight.store.conflicts import Conflicts, Standing, What
from safelight.store.db import Read, Transaction
from safelight.store.history import Entry
from safelight.store.packed import packed
from safelight.store.versions import Version

# Labels and whole versions go back as one thing: part of them would contradict the rest.
_NEVER_KEPT = frozenset({"labels", "exists"})


def take_back(
    tx: Transaction, entries: Sequence[Entry], by: Author, *, keep_newer: bool = False
) -> list[Version]:
    """Undo change sets, one of each version, each as a change set of `by`; the versions as they are then.

    `keep_newer`: leave the pictures and names that were changed since, instead of refusing. Raises
    NewerChanges, Conflict, NotFound, Locked; the transaction must not be committed then.
    """
    opened = [
        (entry, versions.open_ever_to_write(tx, entry.organization_id, entry.version_key))
        for entry in sorted(entries, key=lambda entry: entry.version_key)
    ]
    found = check(tx, opened, keep_newer=keep_newer)
    moved = [
        _take_back(tx, entry, version, by, each)
        for (entry, version), each in zip(opened, found, strict=True)
    ]
    if not any(moved):
        raise Conflict("There is nothing to undo: all of it is as it was before.")
    return [versions.ever(tx, each.organization_id, key=each.version_key) for _, each in opened]


def _take_back(
    tx: Transaction, entry: Entry, version: Version, by: Author, found: Conflicts
) -> bool:
    change_set = changes.open_set(
        tx, entry.organization_id, entry.version_key, by, changes.ANNOTATIONS
    )
    if not undo.apply(tx, entry, version, change_set, found):
        return False
    if found.pictures:
        _check_labels(tx, versions.ever(tx, version.organization_id, key=version.version_key))
    changes.announce(
        tx, version.organization_id, version.version_id, by, dataset_id=str(version.dataset_id)
    )
    return True


def _check_labels(tx: Transaction, version: Version) -> None:
    """Pictures that were left as they are may have shapes of labels that went."""
    known = {label.key for label in labels.get(tx, version).labels}
    if not assets.label_counts(tx, version.version_key).keys() <= known:
        raise Conflict(
            "Pictures that were changed since have shapes with labels that this undo would remove, "
            "so they cannot be left as they are."
        )


# --- may it be undone -------------------------------------------------------------------------------


def check(
    read: Read, opened: Sequence[tuple[Entry, Version]], *, keep_newer: bool
) -> list[Conflicts]:
    """What stands in the way of each, as far as it may be left alone.

    Raises NewerChanges for what may not, Conflict for what is undone or goes on, NotFound, Locked.
    """
    for entry, version in opened:
        versions.check_unlocked(version)
        _check_state(read, entry, version)
    found = [conflicts.find(read, entry, version) for entry, version in opened]
    for (_, version), each in zip(opened, found, strict=True):
        if each.total and (not keep_newer or each.fields & _NEVER_KEPT):
            raise _refusal(read, version, each)
    return found


def _check_state(read: Read, entry: Entry, version: Version) -> None:
    if not entry.is_over:
        raise Conflict("The job is still running. Stop it first, or wait until it has ended.")
    if entry.undone_by is not None:
        by = history.get(read, entry.organization_id, entry.undone_by)
        raise Conflict(f"This was undone already, {_who_and_when(by)}.")
    if version.removed_at is not None and "exists" not in entry.fields_after:
        raise NotFound(f"Version {version.dataset_name}/{version.name} was removed since.")


def _refusal(read: Read, version: Version, found: Conflicts) -> NewerChanges:
    first = " ".join(sentence(each) for each in found.listed[:3])
    more = f" And {found.total - 3:,} more." if found.total > 3 else ""
    return NewerChanges(
        f"Newer changes of {version.dataset_name}/{version.name} stand on this. {first}{more}",
        total=found.total,
        pictures=found.pictures,
        may_keep=not found.fields & _NEVER_KEPT,
        conflicts=[_facts(read, each) for each in found.listed],
    )


def _facts(read: Read, each: Standing) -> dict[str, Any]:
    asset = None if each.asset_key is None else str(packed(read).asset(each.asset_key))
    by = each.by
    return {
        "field": each.field,
        "what": str(each.what),
        "sentence": sentence(each),
        "asset_id": asset,
        "filename": each.name if asset else None,
        "by": by and by.user_name,
        "at": by and by.at,
        "job_id": by and by.job and str(by.job.job_id),
        "job": by and by.job and by.job.name,
    }


# --- in words -----------------------------------------------------------------------------------------

_OF_PICTURES = {
    What.CHANGED: "was changed",
    What.REMOVED: "was taken out",
    What.ADDED: "was added again",
    What.TAGGED: "was tagged",
    What.GONE: "was removed from the datalake",
}


def sentence(each: Standing) -> str:
    """What stands in the way, by whom, since when."""
    by = f" {_who_and_when(each.by)}" if each.by else ""
    match each.field, each.what:
        case "pictures", what:
            return f"{each.name} {_OF_PICTURES[what]}{by}."
        case "labels", What.USED:
            return f"Shapes that stay or come back have labels that would be missing: {each.name}."
        case "labels", _:
            return f"The labels were changed{by}."
        case "exists", What.GONE:
            return f"The dataset {each.name} was removed."
        case "exists", What.CHANGED:
            return f"{each.name} was changed{by}."
        case _, What.TAKEN:
            return f"Another version has the name {each.name} now."
        case field, _:
            return f"The {field} was changed{by}."


def _who_and_when(by: Entry) -> str:
    at = datetime.fromtimestamp(by.at / 1e6, UTC)
    who = f"by {by.user_name}" if by.user_name else "by somebody"
    job = f" ({by.job.name})" if by.job else ""
    return f"{who}{job} on {at:%Y-%m-%d at %H:%M} UTC"
