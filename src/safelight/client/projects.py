"""Projects and experiments: launch a training, log its metrics, keep its files."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from safelight.client.http import Http, Json
from safelight.client.jobs import Job, terms
from safelight.client.record import Record
from safelight.domain.jobs import TargetType
from safelight.errors import NotFound, Unavailable


class Experiment(Record):
    """One training: parameters, metrics, artifacts."""

    target_type = TargetType.EXPERIMENT

    def __init__(self, http: Http, data: Json) -> None:
        super().__init__(http, data)
        self._lengths: dict[str, int] = {}  # of the lines this process writes

    @property
    def path(self) -> str:
        return f"/api/v1/experiments/{self.id}"

    @property
    def parameters(self) -> Json:
        return dict(self.data.get("parameters") or {})

    @property
    def metrics(self) -> list[Json]:
        return list(self.data.get("metrics") or [])

    @property
    def artifacts(self) -> list[Json]:
        return list(self.data.get("artifacts") or [])

    def refresh(self) -> Experiment:
        self.data = self.http.get(self.path)
        return self

    def log(self, name: str, value: float | Iterable[float] | Json, type: str = "LINE") -> None:
        """Add to a metric. A LINE grows by the number or numbers given; other types are replaced."""
        if type == "LINE" and not isinstance(value, dict):
            self._append(name, _points(name, value))
        else:
            body = {"name": name, "type": type, "data": value}
            self.http.post(f"{self.path}/metrics", body, repeatable=True)

    def _append(self, name: str, points: list[float]) -> None:
        """An answer lost in a restart of the server leaves open whether the line has grown; nobody
        else writes it, so its length tells.
        """
        if not points:
            return
        if name not in self._lengths:
            self._lengths[name] = self._length(name)
        body = {"name": name, "type": "LINE", "data": points}
        try:
            self.http.post(f"{self.path}/metrics", body)
        except Unavailable:
            if self._length(name) == self._lengths[name]:
                self.http.post(f"{self.path}/metrics", body)
        self._lengths[name] += len(points)

    def _length(self, name: str) -> int:
        metrics = self.refresh().metrics
        return next((metric["points"] for metric in metrics if metric["name"] == name), 0)

    def values(self, name: str) -> list[float]:
        """All points of a LINE."""
        answer = self.http.get(f"{self.path}/metrics/{name}")
        return [point["value"] for point in answer["points"] or []]

    def store(self, name: str, path: str | Path) -> Json:
        """Keep a file with the experiment; the same name is replaced."""
        with Path(path).open("rb") as file:
            return self.http.post(
                f"{self.path}/artifacts",
                repeatable=True,
                files={"file": (Path(path).name, file, "application/octet-stream")},
                data={"name": name},
            )

    def launch(
        self,
        parameters: Mapping[str, Any] | None = None,
        resources: Mapping[str, Any] | None = None,
        *,
        priority: int | None = None,
        retry: Mapping[str, Any] | None = None,
    ) -> Job:
        """Run the training of its model version; returns the job. `priority`, `retry`: as in
        `Processing.launch`.
        """
        body = {"parameters": parameters, "resources": resources}
        given: Json = {name: dict(value) for name, value in body.items() if value is not None}
        given |= terms(priority, retry)
        return Job(self.http, self.http.launch(f"{self.path}/launch", given))

    def jobs(self) -> Iterator[Job]:
        for row in self.http.pages(f"{self.path}/jobs"):
            yield Job(self.http, row)


class Project(Record):
    """A frame of experiments."""

    @property
    def path(self) -> str:
        return f"/api/v1/projects/{self.id}"

    @property
    def experiments(self) -> list[Experiment]:
        return [Experiment(self.http, row) for row in self.http.get(self.path)["experiments"]]

    def experiment(self, name: str) -> Experiment:
        """The experiment of that name. Raises NotFound."""
        for experiment in self.experiments:
            if experiment.name == name:
                return experiment.refresh()
        raise NotFound(f"Project {self.name!r} has no experiment {name!r}.", name=name)

    def create_experiment(
        self,
        name: str,
        *,
        training: Record | UUID | str | None = None,
        parameters: Mapping[str, Any] | None = None,
        datasets: Mapping[str, Record | UUID | str] | None = None,
    ) -> Experiment:
        """An experiment on a training (a model version), with dataset versions by alias."""
        body: Json = {"name": name, "parameters": dict(parameters or {})}
        if training is not None:
            body["model_version_id"] = _id(training)
        if datasets:
            body["datasets"] = {alias: _id(version) for alias, version in datasets.items()}
        return Experiment(self.http, self.http.post(f"{self.path}/experiments", body))


class Projects:
    """The projects of the organization."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def list(self) -> Iterator[Project]:
        for row in self.http.pages("/api/v1/projects"):
            yield Project(self.http, row)

    def get(self, name: str) -> Project:
        """The project of that name or id. Raises NotFound."""
        for project in self.list():
            if name in {project.name, str(project.id)}:
                return project
        raise NotFound(f"There is no project {name!r}.", name=name)

    def create(self, name: str) -> Project:
        return Project(self.http, self.http.post("/api/v1/projects", {"name": name}))


class Experiments:
    """Experiments by id."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def get(self, experiment_id: UUID | str) -> Experiment:
        return Experiment(self.http, self.http.get(f"/api/v1/experiments/{experiment_id}"))


def _id(thing: Record | UUID | str) -> str:
    return str(thing.id if isinstance(thing, Record) else thing)


def _points(name: str, value: Any) -> list[float]:
    """The numbers given, also numpy's and torch's; what no chart can show is left out, and said."""
    try:
        given = [float(value)]
    except TypeError:
        given = [float(each) for each in value]
    finite = [each for each in given if math.isfinite(each)]
    if len(finite) < len(given):
        warnings.warn(f"{name} is not finite: it is left out of the chart.", stacklevel=4)
    return finite
