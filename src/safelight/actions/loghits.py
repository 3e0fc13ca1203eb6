"""Searching a whole log on the server: text or expression, by stream and section, forward or backward, with
the lines around each hit.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

import orjson

from safelight.actions import logview
from safelight.actions.context import Context
from safelight.actions.logview import View
from safelight.errors import Invalid, NotFound
from safelight.store import logsearch

SEARCH_S = 5.0
MAX_CONTEXT = 20

# Each search is a process of its own; more than this at once would take the machine from the runs.
_room = threading.BoundedSemaphore(4)


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for behind line `after` and before line `before`; `before` alone: the last hits there.

    `context`: so many lines around each hit.
    """

    text: str
    is_regex: bool = False
    stream: str = ""
    section: int | None = None
    after: int = 0
    before: int | None = None
    limit: int = 100
    context: int = 0


def search(context: Context, view: View, question: Question) -> dict[str, Any]:
    """Hits in the order of the log. `next`: what to give as `after` (or, searching backward, as `before`)
    to go on; None when all was searched.

    Raises Invalid for an expression that is none or that takes too long, NotFound for the section.
    """
    if not question.text or "\n" in question.text:
        raise Invalid("Say what to look for, in one line.", field="q")
    first, last = _lines(view, question)
    is_backward = question.before is not None and not question.after
    start = logview.offset_of_line(context, view, first)
    end = logview.offset_of_line(context, view, last + 1)
    answer = _search_apart(
        context,
        view,
        {
            "pattern": question.text if question.is_regex else f"(?i){_escaped(question.text)}",
            "stream": question.stream,
            "limit": question.limit,
            "seconds": SEARCH_S,
            "backward": is_backward,
            "start": start,
            "end": max(start, end),
        },
    )
    stopped_at = answer["stopped_at"]
    offsets = [offset for offset, _ in answer["hits"]]
    asked = sorted([*offsets, stopped_at]) if stopped_at is not None else offsets
    numbers = dict(zip(asked, logview.lines_at(context, view, asked), strict=True))
    hits = [
        logview.show(numbers[offset], record.encode(errors="replace"))
        for offset, record in answer["hits"]
    ]
    if question.context:
        _add_context(context, view, hits, min(question.context, MAX_CONTEXT))
    whole = stopped_at is None and question.after == 0 and question.before is None
    return {
        "hits": hits,
        "next": None if stopped_at is None else numbers[stopped_at] - (not is_backward),
        "total": len(hits) if whole else None,
    }


def _lines(view: View, question: Question) -> tuple[int, int]:
    """The first and the last line that are searched."""
    first, last = question.after + 1, view.total_lines
    if question.before is not None:
        last = min(last, question.before - 1)
    if question.section is None:
        return first, last
    for section in view.sections:
        if section.number == question.section:
            end = section.end_line or view.total_lines + 1
            return max(first, section.line), min(last, end - 1)
    raise NotFound(f"This log has no section {question.section}.")


def _escaped(text: str) -> str:
    # Not re.escape: it also escapes spaces and more, and the result is read again by a parser.
    return "".join(f"\\{sign}" if sign in r".^$*+?{}[]\|()" else sign for sign in text)


def _search_apart(context: Context, view: View, asked: dict[str, Any]) -> dict[str, Any]:
    if asked["start"] == asked["end"]:
        return {"hits": [], "stopped_at": None}  # and an empty file cannot be mapped
    program = [sys.executable, "-I", "-S", logsearch.__file__, json.dumps(asked)]
    with context.logs.open(view.run.run_id, view.source.source) as file, _room:
        try:
            done = subprocess.run(
                program,
                stdin=file.fileno(),
                capture_output=True,
                timeout=SEARCH_S + 3,
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            message = "This expression takes too long; make it simpler."
            raise Invalid(message, field="q") from error
    answer: dict[str, Any] = orjson.loads(done.stdout)
    if "error" in answer:
        raise Invalid(f"This is not a regular expression: {answer['error']}.", field="q")
    return answer


def _add_context(context: Context, view: View, hits: list[dict[str, Any]], around: int) -> None:
    for hit in hits:
        first = max(1, hit["n"] - around)
        near = logview.page(context, view, first, hit["n"] - first + 1 + around)
        shown = [logview.show(*each) for each in near]
        hit["before"] = [line for line in shown if line["n"] < hit["n"]]
        hit["after"] = [line for line in shown if line["n"] > hit["n"]]
