"""What the documents say of the code's data is what the code has."""

from __future__ import annotations

import re
from pathlib import Path

from safelight.domain.causes import RULES
from safelight.formats.readers import READERS
from safelight.formats.writers import WRITERS

DOCS = Path(__file__).parents[1] / "docs"


def test_every_rule_for_failures_is_explained_in_its_order() -> None:
    text = (DOCS / "jobs.md").read_text()
    section = text.partition("### Why it failed")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    expected = [(rule.name, rule.title, rule.fix.format(package="its package")) for rule in RULES]
    assert rows == expected


def test_every_format_that_is_read_or_written_is_explained() -> None:
    text = (DOCS / "formats.md").read_text()
    read, written = text.partition("\n## Written")[0], text.partition("\n## Written")[2]
    rows = re.compile(r"^\| `([\w-]+)` \|", re.MULTILINE)
    assert rows.findall(read) == list(READERS)
    assert rows.findall(written) == list(WRITERS)
