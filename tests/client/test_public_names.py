"""The public names are a promise, and `import safelight` is quick."""

from __future__ import annotations

import subprocess
import sys

import pytest

import safelight

PUBLIC = [
    "Classification",
    "Client",
    "Keypoints",
    "Line",
    "Mask",
    "Point",
    "Polygon",
    "Rectangle",
    "SafelightError",
    "Stopped",
    "current",
    "track",
]


def test_the_public_names_are_these() -> None:
    assert safelight.__all__ == PUBLIC
    assert all(getattr(safelight, name) is not None for name in PUBLIC)
    assert set(PUBLIC) <= set(dir(safelight))


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'track_me'"):
        _ = safelight.track_me


def test_importing_safelight_loads_nothing_else_and_the_client_no_part_of_the_server() -> None:
    script = """
import sys, safelight
assert not [name for name in sys.modules if name.startswith("safelight.")]
safelight.current, safelight.Client, safelight.Rectangle
heavy = {"sqlalchemy", "fastapi", "pydantic", "msgspec", "orjson", "typer"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", script], check=True)
