"""The login that `safelight login` keeps, in a file that only its user can read."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path


def login_file() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "safelight" / "login.json"


def known(url: str | None = None, token: str | None = None) -> tuple[str | None, str | None]:
    """Address and token: as given, else from SAFELIGHT_URL and SAFELIGHT_TOKEN, else as kept."""
    url = url or os.environ.get("SAFELIGHT_URL")
    token = token or os.environ.get("SAFELIGHT_TOKEN")
    if url and token:
        return url, token
    kept = _kept()
    url = url or kept.get("url")
    # A kept token belongs to its server only: it must not be shown to another.
    if url and url.rstrip("/") == kept.get("url"):
        token = token or kept.get("token")
    return url, token


def keep(url: str, token: str) -> None:
    """Remember them for the commands and scripts that follow."""
    path = login_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"url": url, "token": token}, file)
    fresh.replace(path)


def _kept() -> dict[str, str]:
    with suppress(OSError, ValueError):
        return dict(json.loads(login_file().read_text()))
    return {}
