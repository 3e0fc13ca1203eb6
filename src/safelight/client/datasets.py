"""Datasets, their versions and pictures: stream them, make new ones, import, fork and export."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from safelight.client.changes import Change
from safelight.client.http import Http, Json
from safelight.client.jobs import Job
from safelight.client.record import Record
from safelight.client.shapes import Shape, from_json, to_json
from safelight.domain.jobs import TargetType
from safelight.errors import Denied, Invalid, NotFound

R = TypeVar("R", bound=Record)


class Asset(Record):
    """One picture in one version, with what is said of it."""

    @property
    def name(self) -> str:
        return self.filename

    @property
    def filename(self) -> str:
        return str(self.data["filename"])

    @property
    def width(self) -> int:
        return int(self.data["width"])

    @property
    def height(self) -> int:
        return int(self.data["height"])

    @property
    def tags(self) -> list[str]:
        return [tag["name"] if isinstance(tag, dict) else tag for tag in self.data["tags"]]

    @property
    def shapes(self) -> list[Shape]:
        return [from_json(shape) for shape in self.data["shapes"]]

    @property
    def has_picture(self) -> bool:
        """False while only its name and size are known, from an imported file."""
        return bool(self.data.get("url"))

    def read(self) -> bytes:
        """The bytes of the picture. Raises NotFound if it was never uploaded."""
        if not self.has_picture:
            raise NotFound(f"{self.filename} is known by name only: its picture was not uploaded.")
        try:
            return self.http.read(self.data["url"])
        except Denied:  # the address has expired since the page was fetched
            self.data = self.http.get(f"/api/v1/assets/{self.id}")
            return self.http.read(self.data["url"])


class Version(Record):
    """One content of a dataset: pictures, shapes and labels."""

    target_type = TargetType.DATASET_VERSION

    @property
    def path(self) -> str:
        return f"/api/v1/versions/{self.id}"

    @property
    def type(self) -> str:
        return str(self.data["type"])

    @property
    def asset_count(self) -> int:
        return int(self.data["asset_count"])

    @property
    def locked_by(self) -> str | None:
        """Who locked it; None: it is open to changes."""
        lock = self.data["locked"]
        return lock and str(lock["by"]["name"])

    @property
    def labels(self) -> list[str]:
        if "labels" not in self.data:
            self.refresh()
        return [label["name"] for label in self.data["labels"]]

    @property
    def dataset(self) -> Dataset:
        return Dataset(self.http, self.data["dataset"])

    def refresh(self) -> Version:
        self.data = self.http.get(self.path)
        return self

    def assets(
        self, query: str = "", *, label: str | None = None, search: str | None = None
    ) -> Iterator[Asset]:
        """Every picture with its shapes, page after page as they are asked for. `query`: as in the search
        box, 'label:apple shapes:1..3 is:annotated'.
        """
        for row in self.http.pages(
            f"{self.path}/assets", q=query or None, label=label, search=search
        ):
            yield Asset(self.http, row)

    def statistics(self) -> dict[str, Any]:
        """Pictures, shapes by class and kind, and how they spread over pictures and sizes.

        `state` is `counting` while a great change is being counted: then the numbers are of the first
        `counted_pictures`.
        """
        answer: dict[str, Any] = self.http.get(f"{self.path}/statistics")
        return answer

    def add_picture(self, filename: str, content: bytes, shapes: Iterable[Shape] = ()) -> Asset:
        """Add a picture with its shapes; labels that the version lacks are made.

        The same name and bytes again give the asset that exists these shapes. Raises Invalid if
        the bytes are no picture, NameTaken if another picture of the version has the name.
        """
        said = json.dumps([to_json(shape) for shape in shapes])
        answer = self.http.post(
            f"{self.path}/pictures",
            repeatable=True,
            files={"file": (filename, content, "application/octet-stream")},
            data={"shapes": said},
        )
        return Asset(self.http, answer)

    def import_file(self, path: str | Path, *, format: str = "auto", **options: Any) -> Job:
        """Import annotations from a file or a zip; returns the job that does it.

        `format`: auto, coco, yolo, voc, cvat, labelme or via. Options: `mode` (replace, keep,
        concatenate), `matching` (auto, filename, object_name, data_id, asset_id), `skip_bad`,
        `create_labels`, `force_placeholders`, `label_attribute`, and `only_rejected_of`: the id of a
        job that left bad records out, which alone are taken from the mended file.
        """
        return self._send("import", path, format, options)

    def check_import(self, path: str | Path, *, format: str = "auto", **options: Any) -> Job:
        """The job that says, as `check` of its result, what such an import would do. Nothing changes."""
        return self._send("import/check", path, format, options)

    def _send(self, verb: str, path: str | Path, format: str, options: Json) -> Job:
        fields = {name: _text(value) for name, value in options.items() if value is not None}
        with Path(path).open("rb") as file:
            answer = self.http.launch(
                f"{self.path}/{verb}",
                files={"file": (Path(path).name, file, "application/octet-stream")},
                data={"format": format, **fields},
            )
        return Job(self.http, answer)

    def export(self, format: str = "coco", **options: Any) -> Job:
        """Write what is said of the pictures into a file; the job's result offers it for download.

        `format`: coco, yolo, yolo-segmentation, yolo-pose, voc or parquet. Options: `with_pictures` packs
        their files too, `file_names` (filename, object_name, data_id, asset_id) says what they are called,
        `pictures` which (see `operate`).
        """
        return self.operate("export", format=format, **options)

    def stream_export(
        self, write: Callable[[bytes], object], *, format: str = "coco", **options: Any
    ) -> int:
        """The same without a job: give the bytes to `write` as they are made; how many there were.

        Options: `with_pictures`, `file_names`, and of the pictures `asset_id`, `label`, `tag`, `search`,
        `q`, `min_shapes`, `max_shapes`. Raises Unavailable if it breaks off: `write` has then seen a part.
        """
        return self.http.download(f"{self.path}/export", write, format=format, **options)

    def fork(self, name: str, **options: Any) -> Job:
        """Make version `name` of the same dataset from this one; returns the job that does it.

        Options: `description`, `with_annotations`, `with_labels`, `with_tags`, `pictures` (see `operate`).
        """
        return self.operate("fork", name=name, **options)

    def operate(self, operation: str, **parameters: Any) -> Job:
        """Launch an operation on this version, such as `operate("split", parts={"train": 0.8, "val": 0.2})`;
        returns the job that does it, all of it or nothing.

        copy, merge, split, import_shapes, convert, tags_to_classes, classes_to_tags, tag, delete_pictures,
        delete_shapes, rename_labels, merge_labels, delete_labels, fork, export: their parameters are those of the
        routes. Most take `pictures`: `asset_ids`, `labels`, `tags`, `search`, `min_shapes`, `max_shapes`,
        and `q`, the text of the search box (`label:apple -label:pear shapes:1..3`).
        Raises Invalid naming what does not fit, NameTaken with a `proposal`, Locked.
        """
        body = {name: _plain(value) for name, value in parameters.items()}
        return Job(self.http, self.http.launch(f"{self.path}/{operation.replace('_', '-')}", body))

    def changes(self) -> Iterator[Change]:
        """Its history, newest first: what each run and each edit changed."""
        for row in self.http.pages(f"{self.path}/changes"):
            yield Change(self.http, row)

    def undo(self, change: Change, *, keep_newer: bool = False) -> Job:
        """Undo one change of its history; returns the job that does it. As `Run.undo`."""
        answer = self.http.launch(f"/api/v1/changes/{change.id}/undo", {"keep_newer": keep_newer})
        return Job(self.http, answer)

    def edit(
        self, *, name: str | None = None, type: str | None = None, description: str | None = None
    ) -> Version:
        """Rename it, set its type or describe it. Raises NameTaken, Locked, Invalid for no type."""
        said = {"name": name, "type": type, "description": description}
        self.data = self.http.patch(
            self.path, {key: value for key, value in said.items() if value is not None}
        )
        return self

    def lock(self) -> Version:
        """Refuse every change from now on."""
        self.data = self.http.post(f"{self.path}/lock", repeatable=True)
        return self

    def unlock(self) -> Version:
        self.data = self.http.post(f"{self.path}/unlock", repeatable=True)
        return self


class Dataset(Record):
    """A named thing with versions."""

    @property
    def path(self) -> str:
        return f"/api/v1/datasets/{self.id}"

    @property
    def versions(self) -> list[Version]:
        answer = self.http.get(self.path)
        return [Version(self.http, version) for version in answer["versions"]]

    def version(self, name: str) -> Version:
        """The version of that name. Raises NotFound."""
        return _named(self.versions, name, f"Dataset {self.name!r} has no version {name!r}.")

    def ensure_version(self, name: str) -> Version:
        """The version of that name, made if it is missing."""
        try:
            return self.version(name)
        except NotFound:
            return self.create_version(name)

    def create_version(
        self, name: str, *, type: str | None = None, description: str = ""
    ) -> Version:
        """An empty version. Raises NameTaken if there is one of that name."""
        body: Json = {"name": name, "description": description}
        if type is not None:
            body["type"] = type
        return Version(self.http, self.http.post(f"{self.path}/versions", body))


class Datasets:
    """The datasets of the organization."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def list(self) -> Iterator[Dataset]:
        for row in self.http.pages("/api/v1/datasets"):
            yield Dataset(self.http, row)

    def get(self, name: str) -> Dataset:
        """The dataset of that name or id. Raises NotFound."""
        rows = self.http.pages("/api/v1/datasets", name=None if _is_id(name) else name)
        found = (Dataset(self.http, row) for row in rows)
        return _named(found, name, f"There is no dataset {name!r}.")

    def ensure(self, name: str) -> Dataset:
        """The dataset of that name, made if it is missing."""
        try:
            return self.get(name)
        except NotFound:
            return self.create(name)

    def create(self, name: str, description: str = "") -> Dataset:
        """A dataset without versions. Raises NameTaken if there is one of that name."""
        body = {"name": name, "description": description}
        return Dataset(self.http, self.http.post("/api/v1/datasets", body))


class Versions:
    """Dataset versions, by id or by `DATASET/VERSION`."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def get(self, version: UUID | str) -> Version:
        """Raises NotFound, or Invalid for text that is neither an id nor `DATASET/VERSION`."""
        if _is_id(str(version)):
            return Version(self.http, self.http.get(f"/api/v1/versions/{version}"))
        dataset, name = _names(str(version))
        return Datasets(self.http).get(dataset).version(name)

    def ensure(self, version: str) -> Version:
        """The same, but a `DATASET/VERSION` that is missing is made."""
        if _is_id(version):
            return self.get(version)
        dataset, name = _names(version)
        return Datasets(self.http).ensure(dataset).ensure_version(name)


def _names(version: str) -> tuple[str, str]:
    dataset, slash, name = version.partition("/")
    if not (dataset and slash and name):
        raise Invalid(f"Name a version as DATASET/VERSION, not {version!r}.")
    return dataset, name


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _named(found: Iterable[R], name: str, problem: str) -> R:
    for record in found:
        if name in {record.name, str(record.id)}:
            return record
    raise NotFound(problem, name=name)


def _plain(value: Any) -> Any:
    """A value as JSON says it; a version by its id."""
    if isinstance(value, Record | UUID):
        return str(value.id if isinstance(value, Record) else value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
