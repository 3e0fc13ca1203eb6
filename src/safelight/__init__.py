"""Safelight: watch, steer and trust every long operation of a computer-vision team."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from safelight.client.connection import Client
    from safelight.client.current import current
    from safelight.client.shapes import (
        Classification,
        Keypoints,
        Line,
        Mask,
        Point,
        Polygon,
        Rectangle,
    )
    from safelight.client.track import Stopped, track
    from safelight.errors import SafelightError

__version__ = "0.1.0"

__all__ = [
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

# Where each public name lives. Loaded when first asked for, so that `import safelight` costs
# nothing and the server does not load the client (PEP 562).
_HOMES = {
    "Client": "safelight.client.connection",
    "SafelightError": "safelight.errors",
    "Stopped": "safelight.client.track",
    "current": "safelight.client.current",
    "track": "safelight.client.track",
} | dict.fromkeys(
    ("Classification", "Keypoints", "Line", "Mask", "Point", "Polygon", "Rectangle"),
    "safelight.client.shapes",
)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'safelight' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
