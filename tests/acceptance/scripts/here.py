"""What every script starts with: the official client, and the facts from the test."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from picsellia import Client


def connect(**given: Any) -> Client:
    return Client(
        api_token=os.environ["SAFELIGHT_TEST_TOKEN"],
        host=os.environ["SAFELIGHT_TEST_HOST"],
        **given,
    )


def facts() -> dict[str, Any]:
    """What the test said."""
    return json.load(sys.stdin)


def report(**found: Any) -> None:
    """Tell the test what was found; the last line that the script prints."""
    print("\n" + json.dumps(found, default=str))


def refused(error: type[Exception], call: Any, *args: Any, **kwargs: Any) -> str:
    """The message with which a call is refused; it must be."""
    try:
        call(*args, **kwargs)
    except error as refusal:
        return str(refusal)
    raise AssertionError(f"{call} was not refused")
