"""Processings and trainings: add a folder, see what there is, launch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from safelight.client.folders import pack
from safelight.client.http import Http, Json
from safelight.client.jobs import Job, terms
from safelight.client.record import Record
from safelight.domain.jobs import TargetType
from safelight.errors import NotFound


class Processing(Record):
    """A script packaged to run on a datalake, a dataset version or a model version."""

    @property
    def target(self) -> str:
        """What it runs on: DATASET_VERSION, DATALAKE or MODEL_VERSION."""
        return str(self.data["target"])

    @property
    def parameters(self) -> Json:
        """Type, default, range and help of each parameter."""
        return dict(self.data.get("parameters") or {})

    def launch(
        self,
        target: Record | UUID | str,
        *,
        parameters: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        resources: Mapping[str, Any] | None = None,
        asset_ids: Sequence[UUID | str] | None = None,
        priority: int | None = None,
        retry: Mapping[str, Any] | None = None,
    ) -> Job:
        """Run it on `target`, or on some of its assets; returns the job.

        `priority` from -100 to 100: of the runs that wait, the highest goes first; above 0 for admins.
        `retry`: `{"kinds": ["out_of_memory", "lost"], "times": 2, "backoff_s": 30}`; `{}`: no other try,
        also where the package asks for some.
        """
        body: Json = {"target_id": str(target.id if isinstance(target, Record) else target)}
        for name, value in (
            ("parameters", parameters),
            ("inputs", inputs),
            ("resources", resources),
        ):
            if value is not None:
                body[name] = dict(value)
        body |= terms(priority, retry)
        if asset_ids is not None:
            body["asset_ids"] = [str(asset_id) for asset_id in asset_ids]
        return Job(self.http, self.http.launch(f"/api/v1/processings/{self.id}/launch", body))


class Processings:
    """The processings that ship and the organization's own."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def list(self) -> Iterator[Processing]:
        for row in self.http.pages("/api/v1/processings"):
            yield Processing(self.http, row)

    def get(self, name: str) -> Processing:
        """The processing of that name or id. Raises NotFound."""
        for processing in self.list():
            if name in {processing.name, str(processing.id)}:
                return processing
        raise NotFound(f"There is no processing {name!r}.", name=name)

    def add(self, folder: str | Path) -> Processing:
        """Register the folder; its `processing.toml` says its name. The same name is replaced."""
        answer = self.http.post("/api/v1/processings", repeatable=True, files=_archive(folder))
        return Processing(self.http, answer)


class Training(Record):
    """A training script: the version of a model that experiments can launch."""

    target_type = TargetType.MODEL_VERSION

    @property
    def parameters(self) -> Json:
        return dict(self.data.get("parameters") or {})


class Trainings:
    """The trainings that ship and the organization's own."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def list(self) -> Iterator[Training]:
        for row in self.http.pages("/api/v1/trainings"):
            yield Training(self.http, row)

    def get(self, name: str) -> Training:
        """The training of that name or id. Raises NotFound."""
        for training in self.list():
            model = training.data.get("model")
            model_name = model.get("name") if isinstance(model, dict) else model
            if name in {training.name, str(training.id), model_name}:
                return training
        raise NotFound(f"There is no training {name!r}.", name=name)

    def add(self, folder: str | Path) -> Training:
        """Register the folder; its `training.toml` says its name. The same name is replaced."""
        answer = self.http.post("/api/v1/trainings", repeatable=True, files=_archive(folder))
        version, warnings = answer["model_version"], answer.get("warnings") or []
        return Training(self.http, {**version, "model": answer["model"], "warnings": warnings})


def _archive(folder: str | Path) -> dict[str, Any]:
    name = f"{Path(folder).resolve().name}.zip"
    return {"archive": (name, pack(Path(folder)), "application/zip")}
