"""What the repository says of itself is true: docs against code, and nothing of this machine in it."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def _committed() -> list[Path]:
    answer = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [ROOT / name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]


def _texts() -> dict[str, str]:
    texts = {}
    for path in _committed():
        try:
            texts[str(path.relative_to(ROOT))] = path.read_text()
        except UnicodeDecodeError:
            continue  # a picture or a font
    return texts


def _script(path: str) -> Any:
    """A script of the repository that is in no package, as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_code_says() -> None:
    script = _script("docs/write_reference.py")
    assert script.TARGET.read_text() == script.reference(), "run `make reference`"


def test_the_states_in_the_documents_are_those_of_the_machine() -> None:
    script = _script("docs/write_reference.py")
    assert script.JOBS.read_text() == script.jobs_page(), "run `make reference`"
    assert "RUNNING --> SUCCEEDED" in script.jobs_page()


def test_the_pages_types_are_those_of_the_server() -> None:
    script = _script("ui/write_types.py")
    assert script.TARGET.read_text() == script.types(), "run `make reference`"


def test_links_between_documents_lead_somewhere() -> None:
    for name, text in _texts().items():
        if not name.endswith(".md"):
            continue
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert ((ROOT / name).parent / target).exists(), f"{name} links to {target}"


@pytest.mark.parametrize(
    "pattern",
    [
        r"https?://[^\s\"']*(pypi\.|pythonhosted|npmjs|deb\.debian)",  # registries
        r"(^|[^\w.])/(root|home/\w+)/\w+",  # somebody's home
    ],
)
def test_no_address_of_one_machine_is_committed(pattern: str) -> None:
    found = [
        f"{name}: {match.group()}"
        for name, text in _texts().items()
        if name != "tests/test_repo.py"
        for match in re.finditer(pattern, text, re.MULTILINE)
    ]
    assert found == []


def test_every_benchmark_is_in_its_readme() -> None:
    readme = (ROOT / "benchmarks/README.md").read_text()
    for script in (ROOT / "benchmarks").glob("*.py"):
        if 'if __name__ == "__main__"' in script.read_text():
            assert script.name in readme, script.name
