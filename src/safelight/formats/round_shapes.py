"""Circles, ellipses and turned boxes as polygons: documents have no word for them.

A circle or ellipse becomes 72 points on it, a turned box its four corners. What it was is kept in the
shape's attributes by the readers, so that nothing is lost.
"""

from __future__ import annotations

import math

from safelight.formats.rejects import BadRecord
from safelight.formats.shape_text import pixels

POINTS = 72


def ellipse(
    x: float, y: float, radius_x: float, radius_y: float, turn: float = 0
) -> list[list[float]]:
    """`turn` in degrees, clockwise as pictures are seen. Raises BadRecord for a negative radius."""
    if radius_x < 0 or radius_y < 0:
        raise BadRecord("it has a negative radius")
    steps = (2 * math.pi * at / POINTS for at in range(POINTS))
    around = ((radius_x * math.cos(step), radius_y * math.sin(step)) for step in steps)
    return [_turned(x, y, dx, dy, turn) for dx, dy in around]


def turned_box(x: float, y: float, width: float, height: float, turn: float) -> list[list[float]]:
    """The corners of a box [x, y, w, h] that is turned around its centre, in degrees clockwise."""
    centre = x + width / 2, y + height / 2
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return [_turned(*centre, dx * width / 2, dy * height / 2, turn) for dx, dy in corners]


def _turned(x: float, y: float, dx: float, dy: float, turn: float) -> list[float]:
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return pixels((x + dx * cos - dy * sin, y + dx * sin + dy * cos))
