"""A COCO file that is read by several processes says the same as one that is read by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.errors import Invalid
from safelight.formats import ahead, coco_read
from safelight.formats.found import Found
from safelight.formats.reading import Reading
from safelight.formats.spill import Spill
from tests.formats.trees import shapes_of

TRICKS: list[dict[str, Any]] = [
    {},
    {"area": 12.5, "iscrowd": 1},
    {"utf8_string": 'a "},{" in a text'},
    {"attributes": {"parts": [{"id": 1}, {"id": 2, "image_id": 7, "category_id": 3, "bbox": []}]}},
    {"other": [{"id": 5, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4]}] * 3},
    {"bbox": [1, 2]},  # what is wrong
    {"image_id": "7"},
    {"area": float("nan")},
    {"image_id": 99},
    {"id": 1},
]
ENDINGS = [
    "]}",
    ' ] , "categories": [{"id": 3, "name": "apple"},{"id": 4, "name": "pear"}]}',
    '],"more": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [1,2,3,4]},{"id": 2}], "info": {}}',
    ", {",  # it is truncated
    ",]}",
]


def content(records: list[dict[str, Any]], ending: str = ENDINGS[1]) -> str:
    before = '{"images": [{"id": 7, "file_name": "a.jpg"},{"id": 8, "file_name": "b.jpg"}],'
    if "categories" not in ending:
        before += '"categories": [{"id": 3, "name": "apple"}],'
    texts = [
        json.dumps(
            {"id": number, "image_id": 7 + number % 2, "category_id": 3, "bbox": [1, 2, 3, 4]}
            | record
        )
        for number, record in enumerate(records, start=1)
    ]
    return before + '"annotations": [' + ",".join(texts) + ending


def said(path: Path, processes: int) -> tuple[list[tuple[Any, ...]], dict[str, Any]] | str:
    """Bad records and shapes, or why the file is none."""
    with Spill() as spill, path.open("rb") as file:
        reading = Reading(spill, processes=processes)
        try:
            found: Found = coco_read.read(file, reading, chunk_bytes=300, ahead_bytes=200)
        except Invalid as invalid:
            return invalid.message
        bad = [(one.where, one.reason, one.offset, one.record) for one in found.rejects.first]
        return sorted(bad, key=str), shapes_of(found, spill)


@settings(deadline=None, max_examples=60)
@given(
    records=st.lists(st.sampled_from(TRICKS), min_size=20, max_size=80),
    ending=st.sampled_from(ENDINGS),
)
def test_several_processes_find_the_same_as_one(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], ending: str
) -> None:
    path = tmp_path_factory.mktemp("coco") / "a.json"
    path.write_text(content(records, ending))
    assert said(path, 3) == said(path, 1)


def test_others_do_read_what_is_long_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = counted(monkeypatch)
    path = tmp_path / "a.json"
    path.write_text(content([{}] * 500))
    said(path, 2)
    assert sum(taken) > 450
    taken.clear()
    path.write_text(content([{}] * 10))
    said(path, 2)
    assert taken == []


def test_nobody_goes_on_guessing_where_guesses_are_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = counted(monkeypatch)
    path = tmp_path / "a.json"
    path.write_text(content([{"image_id": "7"}, {}] * 500))
    said(path, 2)
    assert taken == []


def test_what_goes_wrong_in_another_process_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_text(content([{}] * 500))

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(coco_read, "read_ahead", full)
    with pytest.raises(OSError, match="No space left"):
        said(path, 2)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records each answer is about that is taken from another process."""
    taken: list[int] = []
    read = ahead.Ahead.read

    def counting(self: ahead.Ahead, start: int) -> Any:
        for chunk, answer in read(self, start):
            taken.append(answer.count)
            yield chunk, answer

    monkeypatch.setattr(ahead.Ahead, "read", counting)
    return taken
