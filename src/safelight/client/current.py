"""The run that a script is part of: its target, parameters, inputs and progress."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from safelight.client.connection import Client
from safelight.client.datasets import Asset, Version
from safelight.client.http import Http, Json
from safelight.client.projects import Experiment
from safelight.client.record import Record
from safelight.errors import Invalid, NotFound, SafelightError

# A script waits this long for a server that is away: restarts and upgrades must not end it.
PATIENCE_S = 600.0
# A report of progress more often than this only costs.
_EVERY_S = 0.25


class Target(Version):
    """The dataset version a processing runs on, seen through the selection it was launched with."""

    def __init__(self, http: Http, data: Json, asset_ids: frozenset[str] | None) -> None:
        super().__init__(http, data)
        self._asset_ids = asset_ids

    @property
    def count(self) -> int:
        """How many pictures `assets()` gives."""
        return self.asset_count if self._asset_ids is None else len(self._asset_ids)

    def assets(
        self, query: str = "", *, label: str | None = None, search: str | None = None
    ) -> Iterator[Asset]:
        for asset in super().assets(query, label=label, search=search):
            if self._asset_ids is None or str(asset.id) in self._asset_ids:
                yield asset


class CurrentRun(Record):
    """What a script sees of its own run."""

    def __init__(self, client: Client, data: Json) -> None:
        super().__init__(client.http, data)
        self.client = client
        self._reported_at = float("-inf")

    @property
    def name(self) -> str:
        return str(self.data["job"]["name"])

    @property
    def parameters(self) -> Json:
        return dict(self.data.get("parameters") or {})

    @property
    def inputs(self) -> Json:
        return dict(self.data.get("inputs") or {})

    @cached_property
    def target(self) -> Target:
        """The dataset version the job runs on. Raises Invalid if it runs on something else."""
        target = self.data["job"].get("target")
        if not target or target["type"] != "DATASET_VERSION":
            raise Invalid("This job does not run on a dataset version.")
        selected = self.data.get("asset_ids")
        asset_ids = None if selected is None else frozenset(selected)
        return Target(self.http, self.http.get(f"/api/v1/versions/{target['id']}"), asset_ids)

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment of a training. Raises Invalid for other jobs."""
        experiment_id = self.data.get("experiment_id")
        if not experiment_id:
            raise Invalid("This job is no training: it has no experiment.")
        return self.client.experiments.get(experiment_id)

    def progress(
        self, done: float, total: float | None = None, unit: str = "", phase: str = ""
    ) -> None:
        """Say how far it is. Cheap to call often; a report that cannot be sent is dropped."""
        now = time.monotonic()
        if done != total and now - self._reported_at < _EVERY_S:
            return
        self._reported_at = now
        body = {"done": done, "total": total, "unit": unit, "phase": phase}
        with suppress(SafelightError):
            self.http.post(f"/api/v1/runs/{self.id}/progress", body, patience_s=0)

    def summary(self, text: str, **counts: float) -> None:
        """Say what came out, in one line: it is shown under the job's name."""
        with suppress(NotFound):
            body = {"summary": text, "counts": counts}
            self.http.post(f"/api/v1/runs/{self.id}/result", body, repeatable=True)


def current(environ: Mapping[str, str] | None = None) -> CurrentRun:
    """The run this script is part of.

    Raises Invalid outside a run: there is neither an address nor a token in the environment.
    """
    given: Mapping[str, Any] = os.environ if environ is None else environ
    url, token = given.get("SAFELIGHT_URL"), given.get("SAFELIGHT_TOKEN")
    if not url or not token:
        raise Invalid(
            "safelight.current() works inside a run only: SAFELIGHT_URL and SAFELIGHT_TOKEN "
            "are not set."
        )
    client = Client(url, token, patience_s=PATIENCE_S)
    return CurrentRun(client, client.http.get("/api/v1/runs/current"))
