"""Datalakes: where picture files live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

from safelight.client.datasets import Version
from safelight.client.http import Http, Json
from safelight.client.jobs import Job
from safelight.client.record import Record
from safelight.client.uploads import Sent, Uploader, sources
from safelight.domain.jobs import TargetType
from safelight.errors import NotFound


class Datalake(Record):
    """A place for files."""

    target_type = TargetType.DATALAKE

    def upload(
        self, paths: Iterable[str | Path], *, add_duplicates: bool = False
    ) -> Iterator[Sent]:
        """Upload pictures: files, folders with all in them, zip archives. What became of each.

        What is there already, told by content and name, is not sent again, so an upload that was cut
        off goes on by being done again. Contents that are there under another name are left out
        unless `add_duplicates`.
        """
        sending = Uploader(self.http, self.id, add_duplicates=add_duplicates)
        yield from sending.send(sources(paths))

    def files(self, query: str = "") -> Iterator[Json]:
        """Files, newest first; `query` as in the search box: `tag:street width:>=1000`."""
        yield from self.http.pages(f"{self._path}/data", q=query or None, limit=500)

    def tag(
        self,
        chosen: str | Sequence[UUID | str],
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> int:
        """Put tags on files and take them off: of some ids, or of all that a query finds. How many."""
        return self._do("tag", chosen, {"add": list(add), "remove": list(remove)})

    def delete(self, chosen: str | Sequence[UUID | str]) -> int:
        """Delete files. Raises Conflict where a dataset version uses one; of up to 5,000 then none."""
        return self._do("delete", chosen, {})

    def add_to(self, version: Version, chosen: str | Sequence[UUID | str]) -> Job:
        """Put files into a dataset version, as a job."""
        body = _chosen(chosen) | {"version_id": str(version.id)}
        return Job(self.http, self.http.launch(f"{self._path}/add-to-version", body))

    @property
    def _path(self) -> str:
        return f"/api/v1/datalakes/{self.id}"

    def _do(self, verb: str, chosen: str | Sequence[UUID | str], body: Json) -> int:
        count, after = 0, None
        for part in _parts(chosen):
            while True:
                asked = body | part | ({} if after is None else {"after": after})
                done = self.http.post(f"{self._path}/{verb}", asked)
                count, after = count + done["count"], done["next"]
                if after is None:
                    break
        return count


AT_ONCE = 5000


def _chosen(chosen: str | Sequence[UUID | str]) -> Json:
    if isinstance(chosen, str):
        return {"q": chosen}
    return {"data_ids": [str(one) for one in chosen]}


def _parts(chosen: str | Sequence[UUID | str]) -> Iterator[Json]:
    if isinstance(chosen, str):
        yield _chosen(chosen)
        return
    for at in range(0, len(chosen), AT_ONCE):
        yield _chosen(chosen[at : at + AT_ONCE])


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
