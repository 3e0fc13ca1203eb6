"""Signatures of object addresses: whoever holds one may do this one thing until it expires."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal

from safelight.errors import Denied

Method = Literal["GET", "POST", "PUT"]


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to read (GET), write whole (POST) or write one part of (PUT) one object.

    `expires_at`: seconds since 1970. `max_size`: the greatest number of bytes to be written.
    """

    method: Method
    object_name: str
    expires_at: int
    content_type: str = ""
    max_size: int = 0
    upload_id: str = ""
    part: int = 0

    @property
    def text(self) -> str:
        """All that a signature covers, each field by its length, so that none flows into the next."""
        fields = (
            self.method,
            self.object_name,
            str(self.expires_at),
            self.content_type,
            str(self.max_size),
            self.upload_id,
            str(self.part),
        )
        return "".join(f"{len(field)}:{field}" for field in fields)


class Signer:
    """Signs grants with a key derived from the installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"safelight object addresses", "sha256")

    def sign(self, grant: Grant) -> str:
        return hmac.new(self._key, grant.text.encode(), hashlib.sha256).hexdigest()

    def check(self, grant: Grant, signature: str, now_s: float) -> None:
        """Raises Denied if the grant was not signed by us as it is, or has expired."""
        if not hmac.compare_digest(self.sign(grant).encode(), signature.encode()):
            raise Denied("The signature of this address is wrong.")
        if now_s >= grant.expires_at:
            raise Denied("This address has expired.", expired_at=grant.expires_at)
