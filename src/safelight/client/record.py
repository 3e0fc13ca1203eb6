"""What every object of the SDK is: a server's answer with a connection to ask for more."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from safelight.client.http import Http, Json
from safelight.domain.jobs import TargetType


class Record:
    """An object as it was when it was asked for; `data` is the whole answer."""

    target_type: ClassVar[TargetType | None] = None  # as what a job can be about it

    def __init__(self, http: Http, data: Json) -> None:
        self.http = http
        self.data = data

    @property
    def id(self) -> UUID:
        return UUID(self.data["id"])

    @property
    def name(self) -> str:
        return str(self.data["name"])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.data.get('name', '')!r} {self.data.get('id')}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and type(other) is type(self) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.data["id"])


def instant(text: Any) -> datetime | None:
    """The point in time that RFC 3339 text names."""
    return datetime.fromisoformat(text) if text else None
