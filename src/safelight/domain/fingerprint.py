"""What makes two failures the same: their words, without what differs from run to run."""

from __future__ import annotations

import hashlib
import re

# In this order: what a later expression would take apart is gone by then.
_DIFFERENT = (
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE), "<address>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"), "<address>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?"), "<time>"),
    (re.compile(r"(?:[A-Za-z]:)?(?:[\w.~@+-]*[/\\])+[\w.~@+-]*"), "<path>"),
    (re.compile(r"\b[\w-]+\.(?:jpe?g|png|tiff?|bmp|webp|gif|txt|json|ya?ml|xml|csv|pt|pth)\b", re.IGNORECASE), "<path>"),
    (re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE), "<n>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?(?: ?[KMGT]i?B\b| bytes\b)?", re.IGNORECASE), "<n>"),
    (re.compile(r"\s+"), " "),
)  # fmt: skip
_LONGEST = 500
KEY_DIGITS = 16


def normalized(text: str) -> str:
    """The words of a message that every occurrence of the failure has."""
    text = text[:_LONGEST]
    for pattern, instead in _DIFFERENT:
        text = pattern.sub(instead, text)
    return text.strip()


def key(*parts: str) -> str:
    """Sixteen hex digits that are equal for equal parts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:KEY_DIGITS]
