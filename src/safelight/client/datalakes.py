"""Datalakes: where picture files live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from safelight.client.http import Http, Json
from safelight.client.record import Record
from safelight.domain.jobs import TargetType
from safelight.errors import NotFound


class Datalake(Record):
    """A place for files."""

    target_type = TargetType.DATALAKE

    def upload(self, paths: Iterable[str | Path]) -> Iterator[Json]:
        """Upload pictures one by one; gives `filename`, and `id` or `error`, for each."""
        for path in map(Path, paths):
            with path.open("rb") as file:
                answer = self.http.post(
                    f"/api/v1/datalakes/{self.id}/data",
                    files={"files": (path.name, file, "application/octet-stream")},
                )
            yield from answer["items"]


class Datalakes:
    """The datalakes of the organization; each starts with one, `default`."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def list(self) -> Iterator[Datalake]:
        for row in self.http.pages("/api/v1/datalakes"):
            yield Datalake(self.http, row)

    def get(self, name: str = "default") -> Datalake:
        """The datalake of that name or id. Raises NotFound."""
        for datalake in self.list():
            if name in {datalake.name, str(datalake.id)}:
                return datalake
        raise NotFound(f"There is no datalake {name!r}.", name=name)
