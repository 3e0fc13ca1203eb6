"""What can go wrong before a script starts, and what is told of it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from safelight.runner import package
from safelight.runner.environment import explain
from safelight.runner.failure import SetupFailed
from tests.runner.conftest import Scene
from tests.runner.fake_server import archive


def test_a_missing_script_is_named(scene: Scene) -> None:
    scene.package({"other.py": ""})
    failure = scene.finish()["failure"]
    assert failure["kind"] == "setup_error"
    assert failure["message"] == "The script main.py is not in the package."
    assert "The script main.py is not in the package." in scene.known.text("setup")


def test_a_script_outside_of_the_package_is_missing(scene: Scene) -> None:
    scene.known.spec["entry"] = "../runner.json"
    assert scene.finish()["failure"]["kind"] == "setup_error"


def test_requirements_that_cannot_be_installed_are_named_with_the_reason(scene: Scene) -> None:
    scene.package({"main.py": "", "requirements.txt": "no-such-package-of-ours==1.0\n"})
    scene.known.spec["requirements"] = "requirements.txt"
    index = scene.data / "index"  # empty, so it answers at once and without network
    index.mkdir(exist_ok=True)
    _offline(scene, index)
    failure = scene.finish()["failure"]
    assert failure["kind"] == "setup_error"
    assert failure["message"].startswith("no-such-package-of-ours==1.0 could not be installed: ")
    assert "not found" in failure["message"]
    assert "no-such-package-of-ours" in scene.known.text("setup")
    assert failure["excerpt"]


def test_a_missing_requirements_file_is_named(scene: Scene) -> None:
    scene.known.spec["requirements"] = "requirements.txt"
    message = scene.finish()["failure"]["message"]
    assert message == "The requirements file requirements.txt is not in the package."


def test_requirements_and_our_client_are_installed_and_reported(scene: Scene) -> None:
    wheels = scene.data / "wheels"
    wheels.mkdir(exist_ok=True)
    _wheel(wheels, "tiny_needed", "1.5")
    _wheel(wheels, "safelight_sdk", "0.1")
    scene.known.files["/sdk.whl"] = (wheels / "safelight_sdk-0.1-py3-none-any.whl").read_bytes()
    scene.known.spec["sdk"] = {"url": "/sdk.whl", "version": "0.1"}
    scene.known.spec["requirements"] = "pyproject.toml"
    project = '[project]\nname = "a"\nversion = "1"\ndependencies = ["tiny-needed>=1"]\n'
    script = "import tiny_needed, safelight_sdk; print(tiny_needed.__file__)"
    scene.package({"main.py": script, "pyproject.toml": project})
    _offline(scene, wheels)
    end = scene.finish()
    assert end["exit_code"] == 0, scene.known.text("setup") + scene.known.text("stderr")
    assert "/envs/" in scene.known.text("stdout")
    assert scene.known.snapshot is not None
    assert scene.known.snapshot["packages"] == ["tiny-needed==1.5"]


def test_a_pinned_run_gets_exactly_the_packages_of_the_earlier_one(scene: Scene) -> None:
    wheels = scene.data / "more-wheels"
    wheels.mkdir()
    _wheel(wheels, "tiny_pinned", "1.0")
    _wheel(wheels, "tiny_pinned", "2.0")
    scene.known.spec["pinned"] = ["tiny-pinned==1.0"]
    scene.known.spec["requirements"] = "requirements.txt"
    script = "from importlib.metadata import version; print(version('tiny-pinned'))"
    scene.package({"main.py": script, "requirements.txt": "tiny-pinned\n"})
    _offline(scene, wheels)
    scene.finish()
    assert scene.known.text("stdout") == "1.0\n"


def test_an_environment_is_built_once(scene: Scene, make_scene: Callable[[], Scene]) -> None:
    scene.script("import sys; print(sys.prefix)")
    scene.finish()
    again = make_scene()
    again.server.start()
    again.script("import sys; print(sys.prefix)")
    again.finish()
    assert again.known.text("stdout") == scene.known.text("stdout")
    assert "is ready" in again.known.text("setup")
    assert "uv venv" not in again.known.text("setup")


@pytest.mark.parametrize("name", ["../outside.py", "/outside.py", "a/../../outside.py", "..\\o.py"])
def test_a_package_cannot_write_outside_of_its_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(archive({"main.py": "", name: "bad"}))
    work = tmp_path / "deep" / "work"
    work.mkdir(parents=True)
    with pytest.raises(SetupFailed, match=r"outside of its folder"):
        package.unpack(str(path), str(work))
    assert not list(work.iterdir())
    assert not list(tmp_path.rglob("outside.py"))


def test_a_package_cannot_bring_links(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as content:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        content.writestr(link, "/etc")
    with pytest.raises(SetupFailed, match="link"):
        package.unpack(str(path), str(tmp_path / "work"))


def test_an_archive_that_is_none_is_a_failure_of_the_set_up(scene: Scene) -> None:
    scene.known.files["/package.zip"] = b"not a zip"
    failure = scene.finish()["failure"]
    assert failure["kind"] == "setup_error"
    assert failure["message"].startswith("The package cannot be unpacked")


@pytest.mark.parametrize(
    ("output", "asked", "sentence"),
    [
        (
            (
                "error: No solution found when resolving dependencies\n  cause: Because zzz was not found "
                "in the package registry and you require zzz==1, we can conclude that your requirements "
                "are unsatisfiable.\n"
            ),
            "numpy\nzzz==1  # needed\n",
            (
                "zzz==1 could not be installed: zzz was not found in the package registry and you "
                "require zzz==1."
            ),
        ),
        (
            (
                "  × No solution found when resolving dependencies:\n  ╰─▶ Because there is no version of "
                "numpy==99 and you require numpy==99, we can conclude that your requirements are "
                "unsatisfiable.\n"
            ),
            '    "numpy==99",\n',
            (
                "numpy==99 could not be installed: there is no version of numpy==99 and you require "
                "numpy==99."
            ),
        ),
        (
            "error: Couldn't parse requirement in `requirements.txt` at position 0\n",
            "&&&\n",
            (
                "What requirements.txt asks for could not be installed: Couldn't parse requirement in "
                "`requirements.txt` at position 0."
            ),
        ),
    ],
)
def test_the_reason_of_uv_becomes_one_sentence(output: str, asked: str, sentence: str) -> None:
    assert explain(output, asked, "requirements.txt") == sentence


def _wheel(folder: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


def _offline(scene: Scene, wheels: Path) -> None:
    config = json.loads(Path(scene.folder.file("runner.json")).read_text())
    config["setup_environment"] = {"UV_OFFLINE": "1", "UV_FIND_LINKS": str(wheels)}
    scene.folder.write("runner.json", config)
