"""What the installation's secret key is for: sealing secret parameters, and making runner tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from safelight.errors import Unavailable

KEY_BYTES = 32
_NONCE_BYTES = 12
SCRIPT_MARK = "sl_run_"  # as other tokens: secret scanners and people recognise them


class Sealer:
    """Seals and unseals; derives one key per purpose from the secret key."""

    def __init__(self, secret_key: bytes) -> None:
        self._secret_key = secret_key
        self._cipher = AESGCM(self._derive(b"sealed parameters"))

    def _derive(self, purpose: bytes) -> bytes:
        return hmac.new(self._secret_key, purpose, hashlib.sha256).digest()

    def seal(self, values: dict[str, Any]) -> bytes:
        """AES-256-GCM over the JSON of `values`, its random nonce in front."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, orjson.dumps(values), None)

    def unseal(self, sealed: bytes) -> dict[str, Any]:
        """What was sealed. Raises Unavailable if the secret key is not the one it was sealed with."""
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except InvalidTag as error:
            raise Unavailable("The secret key of this installation has changed.") from error
        values: dict[str, Any] = orjson.loads(plain)
        return values

    def runner_token(self, run_id: UUID) -> str:
        """The token of a run's runner. Derived, so that a scheduler which takes a claim over from a
        dead one repeats `Engine.start` with the same token instead of shutting the first runner out.
        """
        key = self._derive(b"runner tokens")
        return hmac.new(key, run_id.bytes, hashlib.sha256).hexdigest()

    def script_token(self, run_id: UUID) -> str:
        """The token of the script inside a run. Derived, so that its log can be cleaned of it without
        keeping it, and so that who asks for the spec again is given the same.
        """
        key = self._derive(b"script tokens")
        secret = hmac.new(key, run_id.bytes, hashlib.sha256).digest()
        return SCRIPT_MARK + base64.urlsafe_b64encode(secret).decode().rstrip("=")


def token_hash(token: str) -> bytes:
    """What is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def secret_key(data: Path) -> bytes:
    """The key in `secret.key` of the data folder, made at the first call; only its owner reads it."""
    path = data / "secret.key"
    if not path.exists():
        # Written aside and linked, so that two first starts cannot each keep their own.
        fresh = data / f".secret.key.{os.getpid()}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        fresh.unlink()
    return path.read_bytes()
