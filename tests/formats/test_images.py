"""Pictures of a file in blocks of a scratch file, and which names were seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.formats import images
from safelight.formats.images import FileNames, Image, Images
from safelight.formats.rejects import BadRecord
from safelight.formats.spill import Spill

MANY = 2 * images.AT_ONCE + 7


def image(number: int) -> Image:
    return Image(number if number % 2 else f"folder/{number}", f"{number}.jpg", number or None, 480)


def said(found: Images) -> list[tuple[int, Image]]:
    return list(found.items())


def test_they_come_in_the_order_in_which_they_were_put() -> None:
    positions = [*range(0, MANY, 2), *range(1, MANY, 2)]
    with Spill() as spill:
        for number, position in enumerate(positions):
            spill.pictures[position] = image(number)
        expected = [(position, image(number)) for number, position in enumerate(positions)]
        assert said(spill.pictures) == expected
        assert [spill.pictures[position] for position in range(MANY)] == [
            image(positions.index(position)) for position in range(MANY)
        ]
        assert len(spill.pictures) == MANY


def test_those_that_are_taken_out_are_gone() -> None:
    with Spill() as spill:
        for number in range(MANY):
            spill.pictures[number] = image(number)
        for position, one in spill.pictures.items():
            assert one == image(position)
            if position % 3:
                del spill.pictures[position]
        left = list(range(0, MANY, 3))
        assert [position for position, _ in spill.pictures.items()] == left
        assert len(spill.pictures) == len(left)
        assert 1 not in spill.pictures
        assert MANY not in spill.pictures
        for missing in (1, MANY):
            with pytest.raises(KeyError):
                spill.pictures[missing]
            with pytest.raises(KeyError):
                del spill.pictures[missing]


@pytest.mark.parametrize("count", [0, 1, images.AT_ONCE, MANY])
def test_another_process_finds_what_was_saved(tmp_path: Path, count: int) -> None:
    with Spill(tmp_path, name="a") as spill:
        for number in range(count):
            spill.pictures[number] = image(number)
        if count:
            del spill.pictures[0]
        spill.seal(count)
        spill.pictures.save()
        with Spill.load(tmp_path, "a") as found:
            assert said(found.pictures) == said(spill.pictures)
            assert len(found.pictures) == max(count - 1, 0)


def test_a_digest_tells_other_pictures_and_another_order() -> None:
    digests = set()
    for positions in ([0, 1, 2], [0, 2, 1], [1, 2], [0, 1, 2, 3], []):
        with Spill() as spill:
            for position in positions:
                spill.pictures[position] = image(position)
            digests |= {spill.pictures.digest(), spill.pictures.digest()}
    assert len(digests) == 5


@given(st.lists(st.sampled_from([f"{number}.jpg" for number in range(9)])), st.booleans())
def test_a_name_is_refused_when_it_was_seen(names: list[str], share_a_hash: bool) -> None:
    with Spill() as spill:
        seen = FileNames(spill.pictures)
        known: list[str] = []
        for name in names:
            if share_a_hash:
                seen._hashes.add(hash(name) >> 4)
            if name in known:
                with pytest.raises(BadRecord, match="appears twice"):
                    seen.add(name)
                continue
            seen.add(name)
            spill.pictures[len(known)] = Image(1, name)
            known.append(name)
