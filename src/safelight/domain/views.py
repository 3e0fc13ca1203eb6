"""What a saved view says: a name for what a list shows, and how it shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from safelight.errors import Invalid

LONGEST_NAME = 80


class ListKind(StrEnum):
    """Lists that have views."""

    JOBS = "jobs"


class Density(StrEnum):
    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class JobColumn(StrEnum):
    """What the list of jobs can show of each."""

    STATUS = "status"
    NAME = "name"
    TYPE = "type"
    OPERATION = "operation"
    USER = "user"
    OBJECT = "object"
    ENGINE = "engine"
    RUN = "run"
    TRIGGERED = "triggered"
    STARTED = "started"
    FINISHED = "finished"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class ViewContent:
    """A view as somebody saves it. `query`: the text of the search box. `columns`, `density` None: as
    whoever looks at it has them.
    """

    name: str
    query: str = ""
    columns: tuple[JobColumn, ...] | None = None
    density: Density | None = None
    shared: bool = False


def tidied(content: ViewContent) -> ViewContent:
    """The content with spaces around its texts taken away. Raises Invalid naming the field."""
    name, columns = content.name.strip(), content.columns
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(f"A view's name is 1 to {LONGEST_NAME} letters and signs.", field="name")
    if columns is not None and (not columns or len(columns) > len(set(columns))):
        raise Invalid("columns names at least one column, and each once.", field="columns")
    return replace(content, name=name, query=content.query.strip())
