"""Progress is read from the lines that the field's tools print."""

from __future__ import annotations

import pytest

from safelight.domain.jobs import Progress
from safelight.domain.progress import ProgressReader


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            " 45%|████▌     | 450/1000 [00:12<00:15, 36.5it/s, loss=0.1]",
            Progress(450, 1000, "it", "", 36.5, 15),
        ),
        (
            "Tiles:  50%|█████     | 1/2 [00:01<01:02, 2.00s/img]",
            Progress(1, 2, "img", "Tiles", 0.5, 62),
        ),
        ("100%|██████████| 1.20M/1.20M [00:00<00:00, 9.6MB/s]", Progress(1.2e6, 1.2e6, "B", "", 9.6e6, 0)),
        ("Epoch 3:  45%|████▌ | 45/100 [00:10<00:12, 4.4it/s]", Progress(45, 100, "it", "Epoch 3", 4.4, 12)),
        (
            "      3/100      2.3G      1.234      0.9        16        640:  50%|█████     | 23/46 [00:10<00:12, 4.4it/s]",
            Progress(2.5, 100, "epochs", "Epoch 3/100"),
        ),
        (
            "        1/3         0G      1.242      3.013         39        640: 67% ━━━━━━━━──── 12/18 2.1it/s 5.2s<2.9s",
            Progress(0.667, 3, "epochs", "Epoch 1/3"),
        ),
        ("450it [00:12, 36.5it/s]", Progress(450, None, "it", "", 36.5, None)),
        (" 45/100 ━━━━━━━━━━━━━━━━━━━━ 12s 100ms/step - loss: 0.3", Progress(45, 100, "step", "", 10, None)),
        ("45/100 [====>....] - ETA: 5s - loss: 0.3", Progress(45, 100, "step", "", None, 5)),
        ("Epoch [2/10], Step [1/6]", Progress(1, 10, "epochs", "Epoch 2/10")),
        ("Processed 450/1000 (45%)", Progress(450, 1000)),
        ("  0%|          | 0/10 [00:00<?, ?it/s]", Progress(0, 10)),
        (" 10%|█         | 1/10 [1:00:00<9:00:00, 3600.00s/it]", Progress(1, 10, "it", "", 1 / 3600, 32400)),
        ("Scanning: 1234it [00:12, 102.83it/s]", Progress(1234, None, "it", "Scanning", 102.83)),
        (
            "Map (num_proc=4):  50%|█████     | 500/1000 [00:01<00:01, 431.22 examples/s]",
            Progress(500, 1000, "examples", "Map (num_proc=4)", 431.22, 1),
        ),
        ("{'loss': 0.51, 'grad_norm': 1.2, 'learning_rate': 4.9e-05, 'epoch': 0.4}", None),
        ("[3/4] 75.0 %", Progress(3, 4)),
        ("on 2026/11/23 at 45%", None),
        ("accuracy 45% on 3/4 folds", None),
        ("3/4 of the pictures", None),
        ("50% [", None),
        ("a" * 100_000 + "%/", None),
        ("", None),
    ],
)  # fmt: skip
def test_lines_of_tools(line: str, expected: Progress | None) -> None:
    assert ProgressReader({}).read(line) == expected


def test_keras_announces_the_epoch_before_its_steps() -> None:
    reader = ProgressReader({})
    assert reader.read("Epoch 3/10") == Progress(2, 10, "epochs", "Epoch 3/10")
    reader = ProgressReader(reader.state)
    assert reader.read(" 50/100 ━━━━━━━━━━ 1s 10ms/step") == Progress(
        2.5, 10, "epochs", "Epoch 3/10"
    )


def test_a_look_at_what_was_learned_does_not_set_a_training_back() -> None:
    epoch = "        2/3         0G      1.242      3.013         39        640: 100% ━━━━━━━━━━━━ 18/18 2.1it/s 5.2s<0.0s"
    look = "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95):  50%|█████     | 2/4 [00:01<00:01,  1.70it/s]"
    reader = ProgressReader({})
    assert reader.read(epoch) == Progress(2, 3, "epochs", "Epoch 2/3")
    assert ProgressReader(reader.state).read(look) == Progress(2, 3, "epochs", "Epoch 2/3")
