"""Every setting of a server, read once from environment and command line at the edge."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from safelight.errors import Invalid

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """One frozen object. Each field says its environment variable in `metadata["env"]`."""

    data: Path = field(default=Path("safelight-data"), metadata={"env": "SAFELIGHT_DATA"})
    host: str = field(default="127.0.0.1", metadata={"env": "SAFELIGHT_HOST"})
    port: int = field(default=8000, metadata={"env": "SAFELIGHT_PORT"})
    database_url: str = field(default="", metadata={"env": "SAFELIGHT_DATABASE_URL"})
    storage_url: str = field(default="", metadata={"env": "SAFELIGHT_STORAGE_URL"})
    public_url: str = field(default="", metadata={"env": "SAFELIGHT_PUBLIC_URL"})
    allowed_hosts: tuple[str, ...] = field(default=(), metadata={"env": "SAFELIGHT_ALLOWED_HOSTS"})
    admin_token: str = field(default="", repr=False, metadata={"env": "SAFELIGHT_ADMIN_TOKEN"})
    local_slots: int = field(
        default=max(2, os.cpu_count() or 2), metadata={"env": "SAFELIGHT_LOCAL_SLOTS"}
    )
    run_user: str = field(default="safelight-run", metadata={"env": "SAFELIGHT_RUN_USER"})
    run_python: str = field(default="", metadata={"env": "SAFELIGHT_RUN_PYTHON"})
    lost_after_s: float = field(default=900.0, metadata={"env": "SAFELIGHT_LOST_AFTER_S"})
    upload_limit: int = field(default=4096 * MIB, metadata={"env": "SAFELIGHT_UPLOAD_LIMIT"})
    log_quota: int = field(default=1024 * MIB, metadata={"env": "SAFELIGHT_LOG_QUOTA"})

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
