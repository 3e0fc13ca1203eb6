"""Of nested bars the outer one says how far the whole is."""

from __future__ import annotations

import json

from safelight.domain.jobs import Progress
from safelight.domain.progress import ProgressReader


def read(lines: list[str]) -> list[Progress]:
    """What each line shows; the state goes through JSON as it does between two appends."""
    state: dict[str, object] = {}
    found = []
    for line in lines:
        reader = ProgressReader(json.loads(json.dumps(state)))
        progress = reader.read(line)
        assert progress is not None
        found.append(progress)
        state = reader.state
    return found


def bar(name: str, done: int, total: int, rate: str = "2.00s/it") -> str:
    return f"{name} {done * 100 // total:3}%|███| {done}/{total} [00:02<00:04, {rate}]"


def test_the_outer_bar_wins_once_it_has_moved_and_goes_on_with_the_inner_one() -> None:
    found = read(
        [
            bar("Epochs:", 0, 4),
            bar("Batches:", 50, 100),
            bar("Batches:", 100, 100),
            bar("Epochs:", 1, 4),
            bar("Batches:", 50, 100),
            bar("Epochs:", 2, 4),
        ]
    )
    assert [each.phase for each in found[:3]] == ["Epochs", "Batches", "Batches"]
    assert found[4] == Progress(1.5, 4, "it", "Epochs", 0.5, 5.0)
    assert found[5] == Progress(2, 4, "it", "Epochs", 0.5, 4.0)


def test_an_evaluation_within_a_training_does_not_set_it_back() -> None:
    found = read([bar("", 0, 500), bar("", 5, 50), bar("", 100, 500), bar("", 25, 50)])
    assert (found[3].done, found[3].total) == (100.5, 500)


def test_bars_one_after_the_other_each_speak_for_themselves() -> None:
    found = read(
        [bar("Load:", 10, 10), bar("Cut:", 3, 20), bar("Cut:", 20, 20), bar("Write:", 1, 5)]
    )
    assert [(each.phase, each.done) for each in found] == [
        ("Load", 10),
        ("Cut", 3),
        ("Cut", 20),
        ("Write", 1),
    ]


def test_an_outer_bar_that_was_left_behind_is_forgotten() -> None:
    start = [bar("All:", 0, 9), bar("a:", 1, 3), bar("All:", 1, 9)]
    found = read([*start, *(bar(f"{name}:", 1, 3) for name in "bcde")])
    assert found[3].phase == "All"
    assert found[-1].phase == "e"


def test_a_bar_whose_name_counts_is_one_bar() -> None:
    found = read(
        [
            bar("Epoch 1:", 3, 10),
            bar("Validation 0:", 1, 5),
            bar("Epoch 1:", 4, 10),
            bar("Epoch 2:", 1, 10),
        ]
    )
    assert [each.phase for each in found] == ["Epoch 1", "Validation 0", "Epoch 1", "Epoch 2"]


def test_of_three_bars_the_outermost_speaks() -> None:
    lines = [bar("Folds:", 0, 3)]
    for fold in range(1, 3):
        for epoch in range(6):
            lines += [bar("Epochs:", epoch, 6), bar("Batches:", 2, 4), bar("Batches:", 4, 4)]
        lines += [bar("Epochs:", 6, 6), bar("Folds:", fold, 3)]
    found = read([*lines, bar("Epochs:", 0, 6), bar("Batches:", 2, 4), bar("Epochs:", 3, 6)])
    assert (found[-1].phase, found[-1].done) == ("Folds", 2.5)
