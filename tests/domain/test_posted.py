"""Lines posted over the wire: numbers of their own, replaced, buffered, corrected, in parts."""

from __future__ import annotations

import json

from safelight.domain.logs import Closed, Opened, parse
from safelight.domain.posted import Call, PostedState, finish, post

AT = 1_795_395_723_123_456


class Posting:
    """A posted source under test, its state through JSON after each call."""

    def __init__(self, quota: int = 1 << 40) -> None:
        self.state = PostedState()
        self.records: list[str] = []
        self.sections: list[Opened | Closed] = []
        self.quota = quota

    def send(self, number: int, *texts: str, part: str = "") -> None:
        added = post(
            self.state, Call(number, list(texts), part), AT, self._earlier, quota=self.quota
        )
        self._keep(added.records, added.sections)

    def end(self) -> list[str]:
        added = finish(self.state, AT, quota=self.quota)
        self._keep(added.records, added.sections)
        return self.records

    def _keep(self, records: bytes, sections: list[Opened | Closed]) -> None:
        self.records += [parse(line).text for line in records.split(b"\n")[:-1]]
        self.sections += sections
        assert len(self.records) == self.state.lines
        self.state = PostedState.from_json(json.loads(json.dumps(self.state.to_json())))

    def _earlier(self, first: int, count: int) -> str:
        return "\n".join(self.records[first - 1 : first - 1 + count])

    def opened(self) -> list[tuple[str, int]]:
        return [(each.name, each.line) for each in self.sections if isinstance(each, Opened)]


def test_the_highest_number_is_replaced_until_a_higher_one_comes() -> None:
    posting = Posting()
    posting.send(0, "10%\n")
    posting.send(0, "50%\n")
    assert posting.state.open_lines == {"stdout": "50%"}
    posting.send(0, "100%\n")
    posting.send(1, "done\n")
    assert posting.records == ["100%"]
    assert posting.end() == ["100%", "done"]


def test_a_buffer_takes_consecutive_numbers() -> None:
    posting = Posting()
    posting.send(0, "a\n", "b\n", "c\n")
    posting.send(3, "d\n")
    posting.send(1, "b\n")
    assert posting.end() == ["a", "b", "c", "d"]


def test_a_lower_number_is_a_repetition_or_a_correction() -> None:
    posting = Posting()
    posting.send(0, "one\n")
    posting.send(1, "two\nlines\n")
    posting.send(2, "three\n")
    posting.send(0, "one\n")
    posting.send(1, "two\nlines\n")
    posting.send(0, "uno\n")
    assert posting.end() == ["one", "two", "lines", "[line 0 again] uno", "three"]


def test_parts_and_marked_lines_open_chapters_once() -> None:
    posting = Posting()
    start = "--#--Start job"
    posting.send(0, start, part=start)
    posting.send(1, "a\n", part=start)
    posting.send(2, "--#--Train\n", part=start)
    posting.send(3, "b\n", part=start)
    posting.send(4, "c\n", part="--#--End\n")
    assert posting.end() == ["a", "b", "c"]
    assert posting.opened() == [("Start job", 1), ("Train", 2), ("End", 3)]
    assert posting.sections[-1] == Closed(3, 4, AT)


def test_only_what_stands_after_a_carriage_return_counts() -> None:
    posting = Posting()
    posting.send(0, "10%\r20%\r30%\r\n")
    assert posting.end() == ["30%"]


def test_the_quota_is_marked() -> None:
    posting = Posting(quota=200)
    for number in range(50):
        posting.send(number, "0123456789\n")
    assert "limit of 200 bytes" in posting.end()[-1]
    assert len(posting.records) < 8


def test_progress_is_read_from_the_open_line() -> None:
    state = PostedState()
    added = post(state, Call(0, ["5/10 (50%)\n"]), AT, lambda first, count: "", quota=1 << 40)
    assert added.progress is not None
    assert (added.progress.done, added.progress.total) == (5, 10)
