"""What a package says of itself: our manifest field by field, and the official client's folders."""

from __future__ import annotations

import pytest

from safelight.domain.jobs import Resources, TargetType
from safelight.domain.packages import (
    Layout,
    Manifest,
    PackageKind,
    is_inside,
    read_manifest,
    read_resources,
)
from safelight.domain.parameters import Input, InputType
from safelight.errors import Invalid


def manifest(**files: str) -> Manifest:
    """Of files named with `__` for `/` and `_` for `.`."""
    named = {
        name.replace("__", "/")
        .replace("_toml", ".toml")
        .replace("_txt", ".txt")
        .replace("_py", ".py"): content.encode()
        for name, content in files.items()
    }
    return read_manifest(named.get)


MINIMAL = 'name = "rotate"\ntarget = "DATASET_VERSION"\nentry = "main.py"\n'

FULL = (
    MINIMAL
    + """
description = "Turns every picture by an angle"
requirements = "needs.txt"
[resources]
cpu = 2
memory = "4GiB"
gpu = 1
timeout = "2h"
[parameters.angle]
type = "integer"
default = 45
max = 360
[inputs.target_version_name]
type = "TEXT"
required = true
"""
)


def test_three_words_are_enough() -> None:
    told = manifest(processing_toml=MINIMAL)
    assert (told.kind, told.name, told.entry) == (PackageKind.PROCESSING, "rotate", "main.py")
    assert told.target is TargetType.DATASET_VERSION
    assert told.requirements is None
    assert told.closed


def test_everything_that_a_manifest_can_say_is_understood() -> None:
    told = manifest(processing_toml=FULL)
    assert told.resources == Resources(cpu=2, memory=4 * 1024**3, gpu=1, timeout_s=7200)
    assert told.parameters["angle"].default == 45
    assert told.inputs == (Input("target_version_name", InputType.TEXT),)
    assert told.requirements == "needs.txt"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"requirements_txt": "numpy"}, "requirements.txt"),
        ({"pyproject_toml": '[project]\nname = "x"'}, "pyproject.toml"),
        ({"pyproject_toml": "[tool.ruff]\nline-length = 100"}, None),
        ({}, None),
    ],
)
def test_requirements_are_found_where_they_usually_are(
    files: dict[str, str], expected: str | None
) -> None:
    assert manifest(processing_toml=MINIMAL, **files).requirements == expected


def test_a_training_has_a_model_and_no_target() -> None:
    told = manifest(training_toml='name = "digits"\nentry = "main.py"')
    assert (told.kind, told.target, told.model) == (PackageKind.TRAINING, None, "digits")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "processing.toml is not TOML"),
        ('target = "DATALAKE"\nentry = "m.py"', "name must be a text"),
        ('name = "a"\nentry = "m.py"', "target must be one of DATASET_VERSION"),
        ('name = "a"\ntarget = "DATALAKE"\nentry = "../m.py"', "entry must be a path inside"),
        (MINIMAL + "colour = 3", "colour means nothing here"),
        (MINIMAL + "[resources]\nmemory = 'much'", 'resources.memory must be as "4GiB"'),
        (MINIMAL + "[parameters.a]\ntype = 'x'", "parameters.a.type must be one of"),
        (MINIMAL + "[inputs.a]\ntype = 'PICTURE'", "inputs.a.type must be one of"),
    ],
)
def test_a_manifest_that_makes_no_sense_says_where(text: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        manifest(processing_toml=text)


def test_a_folder_without_a_manifest_says_which_it_could_have() -> None:
    with pytest.raises(Invalid, match=r"none of processing\.toml, training\.toml, config\.toml"):
        manifest(main_py="print()")


OFFICIAL = """
[metadata]
name = "hello"
type = "{kind}"
[execution]
pipeline_script = "pipeline.py"
requirements_file = "pyproject.toml"
parameters_class = "lib__parameters.py:Wanted"
inputs_class = "{inputs}"
[docker]
cpu = 4
gpu = 1
[model_version]
origin_name = "detector"
framework = "PYTORCH"
""".replace("lib__", "lib/")

PARAMETERS = """
from nowhere import Parameters
class Other(Parameters):
    def __init__(self): self.extract_parameter(["not_this"], expected_type=int, default=1)
class Wanted(Parameters):
    def __init__(self, log_data):
        self.epochs = self.extract_parameter(["epochs", "steps"], int, 3, range_value=(1, 9))
        self.rate = self.extract_parameter(keys=["rate"], expected_type=float | None, default=None)
        self.name = self.extract_parameter(["name"], expected_type=str, default=...)
        self.on = self.extract_parameter(["on"], expected_type=bool, default=True)
"""

INPUTS = """
class Inputs(PipelineInputs):
    def __init__(self):
        self.define_input(name="model", input_type=ProcessingInputType.MODEL_VERSION,
                          required=False, framework_constraint=Framework.ONNX)
"""


def official(kind: str = "DATASET_VERSION_CREATION", inputs: str = "", **files: str) -> Manifest:
    return manifest(
        config_toml=OFFICIAL.format(kind=kind, inputs=inputs),
        lib__parameters_py=PARAMETERS,
        **files,
    )


def test_a_folder_of_the_official_client_is_understood_without_running_its_code() -> None:
    told = official()
    assert (told.layout, told.entry) == (Layout.PICSELLIA, "pipeline.py")
    assert (told.target, told.type) == (TargetType.DATASET_VERSION, "DATASET_VERSION_CREATION")
    assert told.requirements == "pyproject.toml"
    assert {name: rule.type.value for name, rule in told.parameters.items()} == {
        "epochs": "integer",
        "rate": "number",
        "name": "string",
        "on": "boolean",
    }
    assert (told.parameters["epochs"].default, told.parameters["epochs"].max) == (3, 9)
    assert not told.closed


def test_the_image_of_an_official_folder_does_not_decide_what_a_local_run_may_use() -> None:
    assert official().resources == Resources()


def test_an_official_folder_that_makes_versions_asks_for_the_name_of_the_version() -> None:
    assert official().inputs == (Input("target_version_name", InputType.TEXT, required=True),)
    assert official("PRE_ANNOTATION").inputs[0].name == "model_version_id"
    declared = official(inputs="inputs.py:Inputs", inputs_py=INPUTS).inputs
    assert declared == (
        Input("model", InputType.MODEL_VERSION, False, None, "ONNX"),
        Input("target_version_name", InputType.TEXT, required=False),
    )


def test_an_official_training_names_its_model() -> None:
    told = official("TRAINING")
    assert (told.kind, told.model, told.framework) == (PackageKind.TRAINING, "detector", "PYTORCH")


def test_an_official_folder_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(Invalid, match=r"metadata\.type must be one of DATASET_VERSION_CREATION"):
        official("COOKING")


@pytest.mark.parametrize("broken", ["class Wanted(", "x = 1", "\x00"])
def test_code_that_cannot_be_read_declares_nothing(broken: str) -> None:
    told = manifest(
        config_toml=OFFICIAL.format(kind="PRE_ANNOTATION", inputs=""), lib__parameters_py=broken
    )
    assert told.parameters == {}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, Resources()),
        ({"memory": 1024}, Resources(memory=1024)),
        ({"memory": "1.5GiB"}, Resources(memory=1536 * 1024**2)),
        ({"memory": "500MB"}, Resources(memory=500_000_000)),
        ({"timeout": "90"}, Resources(timeout_s=90)),
        ({"disk": "20GiB"}, Resources(disk=20 * 1024**3)),
        ({"timeout": "5min"}, Resources(timeout_s=300)),
        ({"timeout_s": 12.5, "cpu": 0.5, "gpu": 0}, Resources(cpu=0.5, timeout_s=12.5)),
    ],
)
def test_resources_are_read_as_people_write_them(
    told: dict[str, object], expected: Resources
) -> None:
    assert read_resources(told) == expected


@pytest.mark.parametrize(
    "told",
    [
        {"cpu": 0},
        {"cpu": "-1"},
        {"memory": "4 elephants"},
        {"gpu": -1},
        {"timeout": "inf"},
        {"disk": "much"},
        {"disk": 0},
        {"ram": 1},
        {"cpu": True},
        {"timeout": "nan"},
    ],
)
def test_resources_that_make_no_sense_are_refused(told: dict[str, object]) -> None:
    with pytest.raises(Invalid, match=r"^resources\."):
        read_resources(told)


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("a.py", True),
        ("a/b.py", True),
        ("../a", False),
        ("/a", False),
        ("a/../../b", False),
        ("C:\\a", False),
        ("a\\b", False),
        ("", False),
        (".", False),
        ("c:a", False),
    ],
)
def test_paths_stay_inside(path: str, inside: bool) -> None:
    assert is_inside(path) is inside
