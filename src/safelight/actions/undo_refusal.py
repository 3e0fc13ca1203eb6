"""Why a change cannot be undone: which newer changes stand on it, whose, since when; in words and facts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from safelight.errors import NewerChanges
from safelight.store.conflicts import Conflicts, Standing, What
from safelight.store.db import Read
from safelight.store.history import Entry
from safelight.store.packed import packed
from safelight.store.versions import Version

# Labels and whole versions go back as one thing: part of them would contradict the rest.
NEVER_KEPT = frozenset({"labels", "exists"})
_TOLD = 3


def refusal(read: Read, version: Version, found: Conflicts) -> NewerChanges:
    first = " ".join(sentence(each) for each in found.listed[:_TOLD])
    more = f" And {found.total - _TOLD:,} more." if found.total > _TOLD else ""
    return NewerChanges(
        f"Newer changes of {version.dataset_name}/{version.name} stand on this. {first}{more}",
        total=found.total,
        pictures=found.pictures,
        may_keep=not found.fields & NEVER_KEPT,
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
        "at": by and _moment(by).isoformat().replace("+00:00", "Z"),
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
    by = f" {who_and_when(each.by)}" if each.by else ""
    match each.field, each.what:
        case "pictures", what:
            return f"{each.name} {_OF_PICTURES[what]}{by}."
        case "labels", What.USED:
            return f"Shapes that stay or come back have labels that would be missing: {each.name}."
        case "labels", _:
            return f"Labels of this change were changed again{by}."
        case "exists", What.GONE:
            return f"The dataset {each.name} was removed."
        case "exists", What.CHANGED:
            return f"{each.name} was changed{by}."
        case _, What.TAKEN:
            return f"Another version has the name {each.name} now."
        case field, _:
            return f"The {field} was changed{by}."


def who_and_when(by: Entry) -> str:
    who = f"by {by.user_name}" if by.user_name else "by somebody"
    job = f" ({by.job.name})" if by.job else ""
    return f"{who}{job} on {_moment(by):%Y-%m-%d at %H:%M} UTC"


def _moment(by: Entry) -> datetime:
    return datetime.fromtimestamp(by.at / 1e6, UTC)
