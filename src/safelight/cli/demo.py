"""What `safelight demo` shows on the terminal while it fills the house."""

from __future__ import annotations


def show(context: object, url: str) -> None:
    """Placeholder until the seeding is in."""
