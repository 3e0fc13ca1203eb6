"""Saved views of the list of jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from safelight.client.http import Http, Json
from safelight.client.jobs import JOB_PATH, Job
from safelight.client.record import Record
from safelight.errors import Conflict, NotFound

PATH = "/api/v1/views"
_CONTENT = ("name", "query", "columns", "density", "shared")


class View(Record):
    """A name for a query on the list of jobs, one's own or shared."""

    @property
    def query(self) -> str:
        """The text of the search box."""
        return str(self.data["query"])

    @property
    def is_shared(self) -> bool:
        return bool(self.data["shared"])

    @property
    def is_own(self) -> bool:
        return bool(self.data["is_own"])

    def jobs(self) -> Iterator[Job]:
        """What it shows, newest first."""
        for row in self.http.pages(JOB_PATH, q=self.query):
            yield Job(self.http, row)

    def change(self, **changed: Any) -> View:
        """Let it say something else of `name`, `query`, `columns`, `density`, `shared`.

        Raises Denied unless it is one's own or one is an admin, Invalid as the list does for its query.
        """
        unknown = changed.keys() - set(_CONTENT)
        if unknown:
            raise TypeError(f"A view has no {min(unknown)!r}.")
        body = {name: self.data[name] for name in _CONTENT} | changed
        self.data = self.http.call("PUT", f"{PATH}/{self.id}", json=body).json()
        return self

    def delete(self) -> None:
        self.http.call("DELETE", f"{PATH}/{self.id}")


class Views:
    """The views that one sees: one's own and the shared ones."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def list(self) -> list[View]:
        """By name."""
        return [View(self.http, row) for row in self.http.pages(PATH)]

    def get(self, name: UUID | str) -> View:
        """The view of that id, one's own of that name, or the shared one.

        Raises NotFound, or Conflict when several that are shared have that name.
        """
        found = [view for view in self.list() if str(name) in (view.name, str(view.id))]
        own = [view for view in found if view.is_own]
        if not found:
            raise NotFound(f"There is no view {str(name)!r}.", name=str(name))
        if len(found) > 1 and not own:
            ids = ", ".join(str(view.id) for view in found)
            raise Conflict(f"Several people share a view {str(name)!r}; name one by its id: {ids}.")
        return (own or found)[0]

    def create(
        self,
        name: str,
        query: str = "",
        *,
        columns: Sequence[str] | None = None,
        density: str | None = None,
        shared: bool = False,
    ) -> View:
        """Save a view. Raises Invalid for a query that the list would refuse, NameTaken, Denied."""
        body: Json = {"name": name, "query": query, "density": density, "shared": shared}
        body["columns"] = None if columns is None else [*columns]
        return View(self.http, self.http.post(PATH, body))
