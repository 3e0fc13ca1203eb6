"""What a package says of itself: our manifest, or a folder that the official client generated."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from safelight.domain.jobs import Resources, TargetType
from safelight.domain.parameters import Input, InputType, Parameter, read_input, read_rule
from safelight.domain.terms import Retry, read_retry
from safelight.errors import Invalid

PROCESSING_MANIFEST, TRAINING_MANIFEST = "processing.toml", "training.toml"
OFFICIAL_MANIFEST = "config.toml"

# A file of the package by its path, None if there is none.
Read = Callable[[str], bytes | None]


class Layout(StrEnum):
    """Who wrote the folder. The official one declares only part of what it takes."""

    SAFELIGHT = "safelight"
    PICSELLIA = "picsellia"


class PackageKind(StrEnum):
    PROCESSING = "processing"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A package as it asks to be run. `target` is None for a training; `model` is its model's name."""

    kind: PackageKind
    layout: Layout
    name: str
    entry: str
    target: TargetType | None = None
    type: str | None = None
    description: str = ""
    requirements: str | None = None
    resources: Resources = field(default_factory=Resources)
    retry: Retry | None = (
        None  # after which failures a run is tried again unless its launch says so
    )
    parameters: dict[str, Parameter] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    model: str = ""
    framework: str = "NOT_CONFIGURED"
    inference_type: str = "NOT_CONFIGURED"

    @property
    def closed(self) -> bool:
        """Whether what is not declared is a mistake."""
        return self.layout is Layout.SAFELIGHT

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the package; `entry` and `requirements` are what a runner needs."""
        return {
            "kind": self.kind.value,
            "layout": self.layout.value,
            "name": self.name,
            "entry": self.entry,
            "target": self.target and self.target.value,
            "type": self.type,
            "description": self.description,
            "requirements": self.requirements,
            "retry": self.retry and self.retry.to_json(),
        }


def read_manifest(read: Read) -> Manifest:
    """What the files of a package say. Raises Invalid naming file and field."""
    for name, kind in (
        (PROCESSING_MANIFEST, PackageKind.PROCESSING),
        (TRAINING_MANIFEST, PackageKind.TRAINING),
    ):
        content = read(name)
        if content is not None:
            return _ours(_toml(name, content), kind, read)
    content = read(OFFICIAL_MANIFEST)
    if content is not None:
        return _official(_toml(OFFICIAL_MANIFEST, content), read)
    raise Invalid(
        f"The package has none of {PROCESSING_MANIFEST}, {TRAINING_MANIFEST}, {OFFICIAL_MANIFEST}."
    )


def _toml(name: str, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{name} is not TOML: {error}.", file=name) from error


# --- our own ----------------------------------------------------------------------------------------

_OURS = frozenset(
    {
        "name",
        "entry",
        "description",
        "requirements",
        "resources",
        "retry",
        "parameters",
        "inputs",
        "type",
    }
)
_TRAINING_ONLY = frozenset({"model", "framework", "inference_type"})
PROCESSING_TARGETS = (TargetType.DATASET_VERSION, TargetType.DATALAKE, TargetType.MODEL_VERSION)


def _ours(told: dict[str, Any], kind: PackageKind, read: Read) -> Manifest:
    is_training = kind is PackageKind.TRAINING
    allowed = _OURS | (_TRAINING_ONLY if is_training else {"target"})
    unknown = told.keys() - allowed
    if unknown:
        raise Invalid(f"{min(unknown)} means nothing here; known are {', '.join(sorted(allowed))}.")
    name = _text(told, "name", required=True)
    return Manifest(
        kind=kind,
        layout=Layout.SAFELIGHT,
        name=name,
        entry=_path(told, "entry", required=True),
        target=None if is_training else _target(told.get("target")),
        type=_text(told, "type") or None,
        description=_text(told, "description"),
        requirements=_path(told, "requirements") or _found_requirements(read),
        resources=read_resources(_table(told, "resources")),
        retry=read_retry(_table(told, "retry")) if "retry" in told else None,
        parameters={
            each: read_rule(each, rule) for each, rule in _table(told, "parameters").items()
        },
        inputs=tuple(read_input(each, rule) for each, rule in _table(told, "inputs").items()),
        model=_text(told, "model") or name,
        framework=_text(told, "framework") or "NOT_CONFIGURED",
        inference_type=_text(told, "inference_type") or "NOT_CONFIGURED",
    )


def _target(told: Any) -> TargetType:
    if told not in PROCESSING_TARGETS:
        raise Invalid(
            f"target must be one of {', '.join(PROCESSING_TARGETS)}, not {told!r}.", field="target"
        )
    return TargetType(told)


def _text(told: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    value = told.get(name, "")
    if not isinstance(value, str) or (required and not value.strip()):
        raise Invalid(f"{name} must be a text, not {told.get(name)!r}.", field=name)
    return value.strip()


def _table(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = told.get(name, {})
    if not isinstance(value, dict):
        raise Invalid(f"{name} must be a table, not {value!r}.", field=name)
    return value


def _path(told: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    """A path inside the package. Whether the file is there shows when the package runs."""
    value = _text(told, name, required=required)
    if value and not is_inside(value):
        raise Invalid(f"{name} must be a path inside the folder, not {value!r}.", field=name)
    return str(PurePosixPath(value)) if value else ""


def is_inside(path: str) -> bool:
    """Whether a relative path stays in its folder on every system."""
    parts = PurePosixPath(path).parts
    plain = path == path.strip() and "\\" not in path and "\0" not in path and ":" not in path
    return bool(parts) and plain and not path.startswith("/") and ".." not in parts


def _found_requirements(read: Read) -> str | None:
    if read("requirements.txt") is not None:
        return "requirements.txt"
    content = read("pyproject.toml")
    # One without [project] only sets tools and cannot be installed.
    return "pyproject.toml" if content and "project" in _toml("pyproject.toml", content) else None


# --- resources --------------------------------------------------------------------------------------

_BYTES = {"": 1, "B": 1}
for _power, _letter in enumerate("KMGT", start=1):
    _BYTES |= {f"{_letter}iB": 1024**_power, f"{_letter}B": 1000**_power, _letter: 1024**_power}
_SECONDS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


def read_resources(told: Mapping[str, Any]) -> Resources:
    """`cpu = 2`, `memory = "4GiB"`, `gpu = 0`, `timeout = "2h"`, `disk = "20GiB"`. Raises Invalid naming
    the field.
    """
    unknown = told.keys() - {"cpu", "memory", "gpu", "timeout", "timeout_s", "disk"}
    if unknown:
        name = min(unknown)
        raise Invalid(
            f"resources.{name}: there is no resource {name!r}; there are cpu, memory, gpu, timeout, "
            "disk.",
            field=f"resources.{name}",
        )
    disk = _quantity("disk", told.get("disk"), _BYTES, '"20GiB"')
    memory = _quantity("memory", told.get("memory"), _BYTES, '"4GiB"')
    timeout_s = told.get("timeout", told.get("timeout_s"))
    gpu = _quantity("gpu", told.get("gpu"), {"": 1}, "1", least=0)
    return Resources(
        cpu=_quantity("cpu", told.get("cpu"), {"": 1}, "2"),
        memory=None if memory is None else int(memory),
        gpu=int(gpu or 0),
        timeout_s=_quantity("timeout", timeout_s, _SECONDS, '"2h"'),
        disk=None if disk is None else int(disk),
    )


def change_resources(resources: Resources, told: Mapping[str, Any]) -> Resources:
    """Resources with those that were told in their place; None takes a limit off. Raises Invalid."""
    read = read_resources(told)
    changed = {"timeout_s" if name == "timeout" else name for name in told}
    return replace(resources, **{name: getattr(read, name) for name in changed})


def _quantity(
    name: str, told: Any, units: Mapping[str, int], example: str, least: float | None = None
) -> float | None:
    if told is None:
        return None
    text = str(told).strip()
    number = text.rstrip("BbGgIiKkMmTtHhDdSsNn").strip()
    unit = text[len(number) :].strip()
    try:
        value = float(number) * units[unit]
    except (ValueError, KeyError):
        value = -1.0
    too_small = value <= 0 if least is None else value < least
    if too_small or value == float("inf") or isinstance(told, bool):
        place = f"resources.{name}"
        raise Invalid(f"{place} must be as {example}, not {told!r}.", field=place)
    return value


# --- folders that `pxl-pipeline init` generates -----------------------------------------------------

# The target of each type, as the official client registers it.
OFFICIAL_TARGETS = {
    "DATASET_VERSION_CREATION": TargetType.DATASET_VERSION,
    "AUTO_TAGGING": TargetType.DATASET_VERSION,
    "AUTO_ANNOTATION": TargetType.DATASET_VERSION,
    "PRE_ANNOTATION": TargetType.DATASET_VERSION,
    "DATA_AUGMENTATION": TargetType.DATASET_VERSION,
    "DATA_AUTO_TAGGING": TargetType.DATALAKE,
    "MODEL_COMPRESSION": TargetType.MODEL_VERSION,
    "MODEL_CONVERSION": TargetType.MODEL_VERSION,
}
MAKES_A_VERSION = frozenset({"DATASET_VERSION_CREATION", "DATA_AUGMENTATION"})
TARGET_VERSION = "target_version_name"


def _official(told: dict[str, Any], read: Read) -> Manifest:
    metadata, execution = _table(told, "metadata"), _table(told, "execution")
    kind = _text(metadata, "type", required=True)
    if kind != "TRAINING" and kind not in OFFICIAL_TARGETS:
        types = ", ".join([*OFFICIAL_TARGETS, "TRAINING"])
        raise Invalid(f"metadata.type must be one of {types}, not {kind!r}.", field="metadata.type")
    model = _table(told, "model_version")
    name = _text(metadata, "name", required=True)
    is_training = kind == "TRAINING"
    # Its [docker] table speaks of an image; a package runs on this machine, so cpu and gpu are not
    # taken from there.
    return Manifest(
        kind=PackageKind.TRAINING if is_training else PackageKind.PROCESSING,
        layout=Layout.PICSELLIA,
        name=name,
        entry=_path(execution, "pipeline_script", required=True),
        target=None if is_training else OFFICIAL_TARGETS[kind],
        type=None if is_training else kind,
        description=_text(metadata, "description"),
        requirements=_path(execution, "requirements_file") or _found_requirements(read),
        parameters=_declared_parameters(_text(execution, "parameters_class"), read),
        inputs=() if is_training else _declared_inputs(execution, kind, read),
        model=_text(model, "origin_name") or name,
        framework=_text(model, "framework") or "NOT_CONFIGURED",
        inference_type=_text(model, "inference_type") or "NOT_CONFIGURED",
    )


def _calls(place: str, method: str, read: Read) -> Iterator[ast.Call]:
    """The calls `self.method(...)` in a class named `file.py:Class`. The code is read, never run:
    it belongs into a run, not into the server.
    """
    path, _, class_name = place.partition(":")
    content = read(path) if path and is_inside(path) else None
    if content is None:
        return
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == class_name:
            for call in ast.walk(node):
                if (
                    isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Attribute)
                    and call.func.attr == method
                ):
                    yield call


def _declared_parameters(place: str, read: Read) -> dict[str, Parameter]:
    """From `self.extract_parameter(["key"], expected_type=int, default=3, range_value=(1, 9))`."""
    found = {}
    for call in _calls(place, "extract_parameter", read):
        told = _arguments(call, ("keys", "expected_type", "default", "range_value"))
        names = told.get("keys")
        if isinstance(names, list) and names and isinstance(names[0], str):
            found[names[0]] = _official_rule(names[0], told)
    return found


_OFFICIAL_TYPES = {"int": "integer", "float": "number", "bool": "boolean", "str": "string"}


def _official_rule(name: str, told: dict[str, Any]) -> Parameter:
    default = told.get("default")
    kind = _OFFICIAL_TYPES.get(str(told.get("expected_type", "")), "string")
    declared: dict[str, Any] = {"type": kind, "default": default}
    bounds = told.get("range_value")
    if isinstance(bounds, tuple) and len(bounds) == 2:
        declared |= {"min": bounds[0], "max": bounds[1]}
    try:
        return read_rule(name, declared)
    except Invalid:
        return read_rule(name, {"type": kind})  # its own code decides what it takes


def _declared_inputs(execution: dict[str, Any], kind: str, read: Read) -> tuple[Input, ...]:
    """From `self.define_input(name="x", input_type=ProcessingInputType.TEXT, required=True)`, and
    what the official engine expects of each type without a declaration.
    """
    place = _text(execution, "inputs_class")
    found = {}
    for call in _calls(place, "define_input", read):
        order = ("name", "input_type", "required", "inference_type_constraint")
        told = _arguments(call, (*order, "framework_constraint"))
        name, type_ = str(told.get("name", "")), str(told.get("input_type", ""))
        if name and type_ in InputType.__members__:
            found[name] = Input(
                name,
                InputType(type_),
                bool(told.get("required", True)),
                told.get("inference_type_constraint"),
                told.get("framework_constraint"),
            )
    if kind in MAKES_A_VERSION:
        found.setdefault(TARGET_VERSION, Input(TARGET_VERSION, InputType.TEXT, not place))
    if kind in ("PRE_ANNOTATION", "DATA_AUTO_TAGGING"):
        model = Input("model_version_id", InputType.MODEL_VERSION, required=False)
        found.setdefault(model.name, model)
    return tuple(found.values())


def _arguments(call: ast.Call, order: tuple[str, ...]) -> dict[str, Any]:
    """The literal arguments of a call by name; `Enum.MEMBER` and type names become their text."""
    given = dict(zip(order, call.args, strict=False))
    given |= {each.arg: each.value for each in call.keywords if each.arg}
    return {name: _literal(node) for name, node in given.items()}


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.BinOp):  # int | None
        return _literal(node.left)
    if isinstance(node, ast.Subscript):  # Optional[int], Union[int, None]
        inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
        return _literal(inner)
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return None if value is ... else value
