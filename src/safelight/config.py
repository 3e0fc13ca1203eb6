"""Every setting of a server, read once from environment and command line at the edge."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from safelight.errors import Invalid

MIB = 1024 * 1024


def _setting(env: str, default: Any, help: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"env": env, "help": help})


@dataclass(frozen=True, slots=True)
class Settings:
    """One frozen object. `metadata` of each field: its variable (`env`) and what it means (`help`)."""

    data: Path = _setting("SAFELIGHT_DATA", Path("safelight-data"), "folder of everything it keeps")
    host: str = _setting("SAFELIGHT_HOST", "127.0.0.1", "address to listen on")
    port: int = _setting("SAFELIGHT_PORT", 8000, "port to listen on")
    database_url: str = _setting(
        "SAFELIGHT_DATABASE_URL",
        "",
        "PostgreSQL as `postgresql+psycopg://...`; else SQLite in the data folder",
    )
    storage_url: str = _setting(
        "SAFELIGHT_STORAGE_URL",
        "",
        "place of files, `file://...` or `s3://...`; else in the data folder",
    )
    public_url: str = _setting("SAFELIGHT_PUBLIC_URL", "", "address under which a proxy serves it")
    allowed_hosts: tuple[str, ...] = _setting(
        "SAFELIGHT_ALLOWED_HOSTS", (), "more names that may stand in `Host`, with commas"
    )
    admin_token: str = _setting(
        "SAFELIGHT_ADMIN_TOKEN", "", "the first owner's API token, at the first start", secret=True
    )
    local_slots: int = _setting(
        "SAFELIGHT_LOCAL_SLOTS",
        max(2, os.cpu_count() or 2),
        "processings and trainings that run at once; else as many as processors, at least 2",
    )
    run_user: str = _setting(
        "SAFELIGHT_RUN_USER", "safelight-run", "user of scripts when the server is root"
    )
    run_python: str = _setting(
        "SAFELIGHT_RUN_PYTHON", "", "interpreter that environments of scripts are made of"
    )
    lost_after_s: float = _setting(
        "SAFELIGHT_LOST_AFTER_S", 900.0, "seconds without a sign of life until a run is lost"
    )
    upload_limit: int = _setting(
        "SAFELIGHT_UPLOAD_LIMIT", 4096 * MIB, "greatest size of one upload, in bytes"
    )
    log_quota: int = _setting(
        "SAFELIGHT_LOG_QUOTA", 1024 * MIB, "greatest size of a run's log, in bytes"
    )

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data.absolute() / 'safelight.db'}"

    @property
    def storage(self) -> str:
        return self.storage_url or f"file://{self.data.absolute() / 'objects'}"

    @classmethod
    def read(cls, environ: Mapping[str, str], **given: object) -> Settings:
        """Settings from the environment, with what the command line gave in front.

        Raises Invalid naming the variable whose text does not fit.
        """
        values: dict[str, object] = {}
        for spec in fields(cls):
            name = spec.metadata["env"]
            if given.get(spec.name) is not None:
                values[spec.name] = given[spec.name]
            elif environ.get(name):
                values[spec.name] = _parse(name, environ[name], spec.default)
        return cls(**values)  # type: ignore[arg-type]


def _parse(name: str, text: str, default: object) -> object:
    try:
        if isinstance(default, Path):
            return Path(text)
        if isinstance(default, int):
            return int(text)
        if isinstance(default, float):
            return float(text)
    except ValueError as error:
        raise Invalid(f"{name} must be a number, not {text!r}.", setting=name) from error
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text
