"""Forked processes that answer questions ahead: order, what goes wrong, and that none outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from safelight.forked import Forked

PARENT = """
import os, time
from safelight.forked import Forked
def work(question):
    os.write(1, f"{os.getpid()}\\n".encode())  # a line at once: they share what they write to
    time.sleep(question)
with Forked(work, 2) as forked:
    for _ in forked.answers([0.2] * 100):
        pass
"""


def answer(question: int) -> tuple[int, int]:
    if question == 13:
        raise ValueError("13 is bad luck")
    return question * question, os.getpid()


@pytest.mark.parametrize("processes", [0, 1, 3])
@pytest.mark.parametrize("questions", [0, 1, 2, 50])
def test_answers_come_in_the_order_of_the_questions(processes: int, questions: int) -> None:
    asked = [number for number in range(questions + 1) if number != 13]
    with Forked(answer, processes) as forked:
        answers = list(forked.answers(asked))
    assert [(question, square) for question, (square, _) in answers] == [
        (number, number**2) for number in asked
    ]
    who = {pid for _, (_, pid) in answers}
    assert who == {os.getpid()} if processes == 0 else os.getpid() not in who
    assert len(who) == min(max(processes, 1), len(asked))


@pytest.mark.parametrize("processes", [0, 2])
def test_what_is_raised_there_is_raised_here_and_others_can_be_asked_then(processes: int) -> None:
    with Forked(answer, processes) as forked:
        with pytest.raises(ValueError, match="bad luck"):
            list(forked.answers(range(10, 20)))
        assert [square for _, (square, _) in forked.answers([1, 2, 3])] == [1, 4, 9]


def test_questions_can_be_left_unanswered() -> None:
    with Forked(answer, 2) as forked:
        with closing(forked.answers(range(10))) as answers:
            next(answers)
        assert [square for _, (square, _) in forked.answers([5])] == [25]


def test_one_that_dies_is_missed() -> None:
    def die(question: int) -> int:
        if question == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return question

    with Forked(die, 1) as forked, pytest.raises(RuntimeError, match="has ended"):
        list(forked.answers(range(5)))


def test_one_is_not_ended_by_a_signal_to_its_group() -> None:
    with Forked(answer, 2) as forked:
        pids = {pid for _, (_, pid) in forked.answers([1, 2])}
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        assert {pid for _, (_, pid) in forked.answers([1, 2])} == pids


def test_none_outlives_a_parent_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        children: set[int] = set()
        while len(children) < 2:
            children.add(int(parent.stdout.readline()))
        assert all(Path(f"/proc/{child}").exists() for child in children)
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + 10
        while any(is_running(child) for child in children) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(is_running(child) for child in children)


def is_running(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
