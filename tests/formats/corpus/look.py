"""Reads the whole corpus with little memory, in a process of its own, and prints what was said of each file."""

from __future__ import annotations

import json
import resource
import time
from typing import Any

from safelight.errors import Invalid
from safelight.formats import readers
from safelight.formats.reading import Reading
from safelight.formats.spill import Spill
from safelight.formats.tree import open_tree
from tests.formats.corpus.make import CASES, FILES

MEMORY = 512 * 1024**2  # beyond what Python and its libraries take


def said(name: str, format: str) -> Any:
    try:
        with (FILES / name).open("rb") as file, open_tree(file, name) as tree, Spill() as spill:
            found = readers.read(format, tree, Reading(spill))
    except Invalid as invalid:
        return invalid.message
    return {one.where: one.reason for one in found.rejects.first}


def main() -> None:
    with open("/proc/self/statm") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    results = {}
    for name, (format, _, _) in CASES.items():
        began = time.process_time()
        results[name] = [said(name, format), time.process_time() - began]
    print(json.dumps(results))


if __name__ == "__main__":
    main()
