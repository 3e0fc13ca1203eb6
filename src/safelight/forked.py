"""Forked processes that answer questions, several ahead of whoever takes the answers.

They know all that their parent knew when they were made. For processes that do nothing but one piece of work: a
server has threads, and must not be forked.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, suppress
from itertools import cycle
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Self, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

_IN_ADVANCE = 2  # questions that each process is given before its first answer is taken


def processors() -> int:
    """How many of them this process may use."""
    return len(os.sched_getaffinity(0))


class Forked(Generic[Q, A]):
    """The processes are made at the first question. They end when this is left, or when their parent dies."""

    def __init__(self, work: Callable[[Q], A], processes: int) -> None:
        """`work` makes an answer of a question; without `processes` the parent does it itself."""
        self._work, self._processes = work, processes
        self._lines: list[Connection] = []
        self._children: list[BaseProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._lines:
            line.close()
        for child in self._children:
            child.join()

    def answers(self, questions: Iterable[Q]) -> Generator[tuple[Q, A]]:
        """Each question with its answer, in their order. Raises what the work raised. Close it to ask others."""
        if not self._processes:
            for question in questions:
                yield question, self._work(question)
            return
        self._fork()
        lines, asked = cycle(self._lines), deque[tuple[Connection, Q]]()
        try:
            for question in questions:
                line = next(lines)
                line.send(question)
                asked.append((line, question))
                if len(asked) >= _IN_ADVANCE * self._processes:
                    yield _taken(asked)
            while asked:
                yield _taken(asked)
        finally:
            with suppress(EOFError, ConnectionError):
                for line, _ in asked:
                    line.recv()

    def _fork(self) -> None:
        if self._children:
            return
        fork = multiprocessing.get_context("fork")
        for _ in range(self._processes):
            ours, theirs = fork.Pipe()
            self._lines.append(ours)
            child = fork.Process(target=self._serve, args=(theirs,), daemon=True)
            child.start()
            theirs.close()
            self._children.append(child)

    def _serve(self, line: Connection) -> None:
        """In a process of its own, which ends when nobody can ask it any more, and not by a signal that is meant
        for all of a group: its parent would find it gone and not know why.
        """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for other in self._lines:  # the parent's ends: only the parent may keep them open
            other.close()
        with closing(line):
            while True:
                try:
                    question = line.recv()
                except (EOFError, ConnectionError):
                    return
                answer: A | Exception
                try:
                    answer = self._work(question)
                except Exception as error:
                    answer = error
                try:
                    line.send(answer)
                except ConnectionError:
                    return


def _taken(asked: deque[tuple[Connection, Q]]) -> tuple[Q, Any]:
    line, question = asked.popleft()
    try:
        answer = line.recv()
    except (EOFError, ConnectionError):
        raise RuntimeError("A process that was forked to work ahead has ended.") from None
    if isinstance(answer, Exception):
        raise answer
    return question, answer
