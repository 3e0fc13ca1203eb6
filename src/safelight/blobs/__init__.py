"""Bytes of pictures, artifacts and packages, in a local folder or an S3 bucket. Knows no owners."""

from safelight.blobs.bytes import Blobs, Incoming, Reader
from safelight.blobs.signing import Grant, Signer

__all__ = ["Blobs", "Grant", "Incoming", "Reader", "Signer"]
