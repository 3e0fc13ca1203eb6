"""What was changed in dataset versions: by whom, when, how much, and single pictures before and after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from safelight.client.http import Json
from safelight.client.record import Record, instant
from safelight.client.shapes import Shape, from_json


class PictureChange(Record):
    """One picture before and after. A side is None where the picture was not in the version."""

    @property
    def name(self) -> str:
        return str(self.data["filename"])

    @property
    def before(self) -> list[Shape] | None:
        return _side(self.data["before"])

    @property
    def after(self) -> list[Shape] | None:
        return _side(self.data["after"])


def _side(side: Json) -> list[Shape] | None:
    return [from_json(shape) for shape in side["shapes"]] if side["exists"] else None


class Change(Record):
    """All that one run, or one edit by a user, changed in one version."""

    @property
    def name(self) -> str:
        """What was changed, in a line."""
        return str(self._counted["summary"])

    @property
    def number(self) -> int:
        """Its place in the order of all changes."""
        return int(self.data["number"])

    @property
    def version(self) -> str:
        """As `DATASET/VERSION`."""
        version = self.data["version"]
        return f"{version['dataset']['name']}/{version['name']}"

    @property
    def by(self) -> str | None:
        return self.data["by"] and str(self.data["by"]["name"])

    @property
    def at(self) -> datetime | None:
        return instant(self.data["at"])

    @property
    def job_name(self) -> str | None:
        """Of the job that did it; None for an edit."""
        return self.data["job"] and str(self.data["job"]["name"])

    @property
    def is_undone(self) -> bool:
        return self.data["undone_by"] is not None

    @property
    def is_undo(self) -> bool:
        return self.data["undoes"] is not None

    @property
    def numbers(self) -> Json:
        """How many pictures were added, removed and changed; shapes by class; labels, tags and fields."""
        numbers: Json = self._counted["numbers"]
        return numbers

    def pictures(self) -> Iterator[PictureChange]:
        """Every picture that it changed, page after page as they are asked for."""
        for row in self.http.pages(f"/api/v1/changes/{self.id}/pictures"):
            yield PictureChange(self.http, row)

    @property
    def _counted(self) -> Json:
        """Lists leave large changes uncounted."""
        if self.data["numbers"] is None:
            self.data = self.http.get(f"/api/v1/changes/{self.id}")
        return self.data
