"""Reading progress out of printed lines: tqdm, Ultralytics, Keras, and plain `n/m` with a percent."""

from __future__ import annotations

import re
from typing import Any

from safelight.domain.bars import whole
from safelight.domain.jobs import Progress

_NUMBER = r"(\d+(?:\.\d+)?[kKMGT]?)"

# tqdm 4: `desc: 45%|####  | 45/100 [00:12<00:15, 3.5it/s, loss=0.1]`; Ultralytics since 8.3.180 prints
# `45% ━━━━──── 45/100 3.5it/s 12.1s<15.2s`.
_BAR = re.compile(
    rf"^(?P<before>.*?)\s*(?P<percent>\d{{1,3}})%\s*[|\u2501\u2578\u2500\u257a\u2588 ]"
    rf".*?{_NUMBER}(?:[A-Za-z]*)/{_NUMBER}(?P<after>.*)$"
)
_TIMES = re.compile(r"(?:\d+:)?\d+:\d+<((?:\d+:)?\d+:\d+)")
_SECONDS_LEFT = re.compile(r"[\d.]+s<([\d.]+)s")
_RATE = re.compile(r"(\d+(?:\.\d+)?)([kKMG]?) ?([A-Za-z]+)/s\b")
_PACE = re.compile(r"(\d+(?:\.\d+)?)(ms|us|s)/([A-Za-z]+)\b")
# tqdm without a total: `450it [00:12, 36.5it/s]`.
_COUNT = re.compile(rf"^(?P<before>.*?):?\s*{_NUMBER}(?P<unit>[A-Za-z]+) \[[\d:]+, ")
# Keras: `Epoch 3/10`, then ` 45/100 ━━━━━━━━ 12s 100ms/step - loss: 0.3` or `45/100 [====>....] - ETA: 5s`.
_EPOCH = re.compile(r"^\s*Epoch:?\s*\[?(\d+)\s*/\s*(\d+)\]?", re.IGNORECASE)
_STEPS = re.compile(r"^\s*(\d+)/(\d+) (?:\[[=>.]+\]|[\u2501\u2500\u2578\u257a]+)(?P<after>.*)$")
_ETA = re.compile(r"ETA: (?:(\d+):)?(?:(\d+):)?(\d+)s?")
# Ultralytics: `     3/100      2.3G      1.21  ...   640:  45%|...`.
_ULTRALYTICS = re.compile(r"^\s*(\d+)/(\d+)\s+[\d.]+[GM]B?\s")
# Words of its own: `Processed 450/1000 (45%)`, `[450/1000] 45.0 %`.
_PLAIN = re.compile(r"(?<![\d/.])(\d+)\s*/\s*(\d+)(?![\d/.])")
_PERCENT = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d+)?)\s?%")

_LONGEST = (
    500  # characters; keeps the expressions from walking through data that only looks like bars
)

_SCALE = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


class ProgressReader:
    """Reads line after line. `state` is JSON: the epoch that a header announced, open bars."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = dict(state)

    def read(self, line: str) -> Progress | None:
        """The progress that a line shows, or None."""
        if len(line) > _LONGEST or not any(sign in line for sign in ("%", "/", "it [")):
            return None
        return self._bar(line) or self._keras(line) or _count(line) or _plain(line)

    def _bar(self, line: str) -> Progress | None:
        found = _BAR.match(line)
        if found is None:
            return None
        done, total = _value(found.group(3)), _value(found.group(4))
        if not _fits(done, total, float(found.group("percent"))):
            return None
        before = found.group("before")
        epoch = _ULTRALYTICS.match(before)
        if epoch:
            number, epochs = int(epoch.group(1)), int(epoch.group(2))
            self.state["trained"] = [number, epochs]
            return _of_epochs(number, epochs, done / total)
        if before.lstrip().startswith("Class ") and "trained" in self.state:
            number, epochs = self.state["trained"]
            return _of_epochs(number, epochs, 1.0)  # Ultralytics looks at what it learned
        after = found.group("after")
        rate, unit = _rate(after)
        phase = before.strip(" :\u2502|\t")[:80]
        seen = Progress(done, total, unit, phase, rate, _left(after))
        self.state["bars"], found_whole = whole(self.state.get("bars", []), seen)
        return found_whole

    def _keras(self, line: str) -> Progress | None:
        header = _EPOCH.match(line)
        if header:
            epoch, epochs = int(header.group(1)), int(header.group(2))
            if not 0 < epoch <= epochs:
                return None
            self.state["epoch"] = [epoch, epochs]
            return _of_epochs(epoch, epochs, 0.0)
        steps = _STEPS.match(line)
        if steps is None:
            return None
        done, total = int(steps.group(1)), int(steps.group(2))
        if not 0 < done <= total:
            return None
        if "epoch" in self.state:
            epoch, epochs = self.state["epoch"]
            return _of_epochs(epoch, epochs, done / total)
        rate, unit = _rate(steps.group("after"))
        return Progress(done, total, unit or "step", "", rate, _left(steps.group("after")))


def _of_epochs(epoch: int, epochs: int, share: float) -> Progress | None:
    """Progress of a whole training, of which `share` of the epoch numbered `epoch` (from 1) is done."""
    if not 0 < epoch <= epochs:
        return None
    return Progress(round(epoch - 1 + share, 3), epochs, "epochs", f"Epoch {epoch}/{epochs}")


def _count(line: str) -> Progress | None:
    found = _COUNT.match(line)
    if found is None:
        return None
    rate, unit = _rate(line)
    phase = found.group("before").strip(" :")[:80]
    return Progress(_value(found.group(2)), None, unit or found.group("unit"), phase, rate, None)


def _plain(line: str) -> Progress | None:
    """`n/m` counts only beside the percentage that fits it: dates and fractions are not progress."""
    counts, percent = _PLAIN.search(line), _PERCENT.search(line)
    if counts is None or percent is None:
        return None
    done, total = int(counts.group(1)), int(counts.group(2))
    return Progress(done, total) if _fits(done, total, float(percent.group(1))) else None


def _fits(done: float, total: float, percent: float) -> bool:
    return 0 <= done <= total != 0 and abs(done / total * 100 - percent) <= 1.5


def _value(text: str) -> float:
    scale = _SCALE.get(text[-1])
    return float(text[:-1]) * scale if scale else float(text)


def _rate(text: str) -> tuple[float | None, str]:
    """Units per second and the unit, as in `3.5it/s` or `100ms/step`."""
    if found := _RATE.search(text):
        return float(found.group(1)) * _SCALE.get(found.group(2), 1), found.group(3)
    if found := _PACE.search(text):
        seconds = float(found.group(1)) * {"s": 1, "ms": 1e-3, "us": 1e-6}[found.group(2)]
        return (1 / seconds if seconds else None), found.group(3)
    return None, ""


def _left(text: str) -> float | None:
    """Seconds that the line itself expects to need."""
    if found := _TIMES.search(text):
        seconds = 0
        for part in found.group(1).split(":"):
            seconds = seconds * 60 + int(part)
        return float(seconds)
    if found := _SECONDS_LEFT.search(text):
        return float(found.group(1))
    if found := _ETA.search(text):
        hours_or_minutes, minutes, seconds_text = found.groups()
        if minutes is not None:
            return int(hours_or_minutes) * 3600 + int(minutes) * 60 + float(seconds_text)
        return int(hours_or_minutes or 0) * 60 + float(seconds_text)
    return None
