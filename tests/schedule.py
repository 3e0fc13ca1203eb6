"""Which tests run in one process, and which begin first, where several processes share the tests."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

# Their files share a server that takes a while to fill, and one browser at a time is enough.
TOGETHER = ("tests/browser/", "tests/cli/", "tests/acceptance/")

# What takes long: if it began last, one process would be busy with it while the others have nothing left.
FIRST = (
    *("tests/browser/", "tests/chaos/", "tests/faults/", "tests/acceptance/", "tests/cli/"),
    *("tests/test_rights.py", "tests/store/test_machine.py", "tests/actions/test_undo_machine.py"),
    *("tests/internals/test_import_resume.py", "tests/client/", "tests/test_serving.py"),
    *("tests/runner/", "tests/engines/", "tests/internals/", "tests/store/"),
)


class Schedule(LoadScopeScheduling):  # type: ignore[misc]
    """The tests of a file run in one process, one after the other, or those of a folder."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", maxsplit=1)[0]
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def longest_first(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    return next((n for n, place in enumerate(FIRST) if nodeid.startswith(place)), len(FIRST))
