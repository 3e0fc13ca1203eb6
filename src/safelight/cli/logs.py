"""The command that reads, searches and keeps logs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from typer import Option

from safelight.cli import output
from safelight.cli.jobs import run_of
from safelight.cli.login import connect
from safelight.cli.options import JobId, spread
from safelight.client.logs import ERRORS, Log, LogHit, LogLine
from safelight.errors import Invalid, NotFound

_MOST_CONTEXT = 20


@dataclass(frozen=True)
class Part:
    """Which lines."""

    stream: Annotated[
        Literal["stdout", "stderr", "setup"] | None, Option(help="Only lines of this stream.")
    ] = None
    lines: Annotated[
        str | None, Option(metavar="N-M", help="Only these lines: 100-200, 100- or 100.")
    ] = None
    around: Annotated[
        int | None, Option(min=1, metavar="N", help="This line and --context lines on each side.")
    ] = None
    tail: Annotated[int | None, Option(min=1, metavar="N", help="Only the last so many.")] = None
    section: Annotated[
        str | None, Option(help="Only this section, by name or number; the last of that name.")
    ] = None


@dataclass(frozen=True)
class Look:
    """What to look for, with how many lines around each hit."""

    search: Annotated[str | None, Option(metavar="TEXT", help="Only lines with this text.")] = None
    grep: Annotated[
        str | None, Option(metavar="REGEX", help="Only lines with this regular expression.")
    ] = None
    errors: Annotated[
        bool, Option("--errors", help="Only lines that speak of an error, as the page finds them.")
    ] = False
    context: Annotated[
        int | None,
        Option("--context", "-C", min=0, max=_MOST_CONTEXT, help="So many lines around each."),
    ] = None

    def expression(self) -> str | None:
        """The regular expression that is asked for. Raises Invalid for two questions at once."""
        asked = [each for each in (self.search, self.grep, self.errors) if each]
        if len(asked) > 1:
            raise Invalid("--search, --grep and --errors ask different questions: give one.")
        if self.search:
            return f"(?i){re.escape(self.search)}"
        return ERRORS if self.errors else self.grep or None


@dataclass(frozen=True)
class Form:
    """How lines are shown."""

    timestamps: Annotated[bool, Option("--timestamps", help="Say when each line came.")] = False
    numbers: Annotated[bool, Option("--numbers", "-n", help="Say each line's number.")] = False
    as_json: Annotated[bool, Option("--json", help="Print one JSON object a line.")] = False


@spread
def logs(
    job: JobId,
    run: Annotated[int | None, Option(help="Number of the run; else the newest.")] = None,
    *,
    follow: Annotated[bool, Option("--follow", "-f", help="Go on until the run ends.")] = False,
    part: Part,
    look: Look,
    form: Form,
    out: Annotated[
        Path | None,
        Option("--output", "-o", dir_okay=False, help="Write them to this file; JSON with --json."),
    ] = None,
) -> None:
    """Print the log of a run, a part of it, or what is found in it."""
    _check(part, look, follow=follow, to_file=out is not None)
    log = run_of(connect().jobs.get(job), run).log
    first, last = _range(log, part)
    if out is not None:
        _save(log, out, first, last, part.stream or "", form)
    elif look.expression() and not follow:
        _print_hits(_hits(log, part, look, first, last), form, context=look.context or 0)
    elif part.tail is not None:
        _print(log.tail(part.tail, stream=part.stream or ""), form)
    elif part.around is not None:
        near = look.context if look.context is not None else _MOST_CONTEXT // 2
        _print(log.lines(max(1, part.around - near), part.around + near), form)
    else:
        if part.lines is not None and not follow:
            _check_there(log, part.lines, first)
        found = log.lines(first, last, stream=part.stream or "", follow=follow)
        _print(_matching(found, look.expression()), form)


def _check(part: Part, look: Look, *, follow: bool, to_file: bool) -> None:
    """Raises Invalid for options that do not go together."""
    given = {
        "--lines": part.lines,
        "--around": part.around,
        "--tail": part.tail,
        "--section": part.section,
    }
    chosen = [name for name, value in given.items() if value is not None]
    if len(chosen) > 1:
        raise Invalid(f"{' and '.join(chosen)} name different lines: give one.")
    expression = look.expression()
    _check_expression(expression)
    refused = {
        "--follow": follow and (chosen or to_file),
        "--output": to_file and (expression or chosen in (["--tail"], ["--around"])),
        "--around": part.around is not None and (expression or part.stream),
        "--tail": part.tail is not None and expression,
        "--context": look.context is not None and (follow or not (expression or part.around)),
    }
    for name, is_refused in refused.items():
        if is_refused:
            raise Invalid(f"{name} does not go with the other options that were given.")


def _check_expression(expression: str | None) -> None:
    try:
        re.compile(expression or "")
    except re.error as error:
        raise Invalid(f"--grep is no regular expression: {error}.") from error


def _range(log: Log, part: Part) -> tuple[int, int | None]:
    """The first and the last line of --lines or --section."""
    if part.section is not None:
        section = log.section(part.section)
        return section.line, None if section.end_line is None else section.end_line - 1
    if part.lines is None:
        return 1, None
    found = re.fullmatch(r"(\d+)(-(\d+)?)?", part.lines.strip())
    if found is None:
        raise Invalid(f"--lines takes 100-200, 100- or 100, not {part.lines!r}.")
    first = int(found[1])
    if first < 1:
        raise Invalid(f"--lines {part.lines}: the first line of a log is line 1.")
    if found[3] and int(found[3]) < first:
        raise Invalid(f"--lines {part.lines}: the last line comes before the first.")
    return first, (int(found[3]) if found[3] else None if found[2] else first)


def _check_there(log: Log, asked: str, first: int) -> None:
    """Raises NotFound if the log does not reach to the first line that is wanted."""
    if next(log.lines(first, first), None) is None:
        last = log.tail(1)
        there = f"{last[0].number:,} lines" if last else "no lines"
        raise NotFound(f"--lines {asked}: the log has {there} so far.")


def _hits(log: Log, part: Part, look: Look, first: int, last: int | None) -> Iterator[LogHit]:
    """What the server finds: the log need not come over the network whole."""
    section = None if part.section is None else log.section(part.section).number
    text = look.search or look.expression() or ""
    hits = log.search(
        text,
        regex=not look.search,
        stream=part.stream or "",
        section=section,
        first=first,
        around=look.context or 0,
    )
    for hit in hits:
        if last is not None and hit.number > last:
            return
        yield hit


def _matching(lines: Iterable[LogLine], expression: str | None) -> Iterator[LogLine]:
    pattern = re.compile(expression or "")
    return (line for line in lines if pattern.search(line.text))


def _save(log: Log, out: Path, first: int, last: int | None, stream: str, form: Form) -> None:
    size = log.download(
        str(out),
        "json" if form.as_json else "text",
        first=first,
        last=last,
        stream=stream,
        timestamps=form.timestamps,
    )
    output.note(f"{out}: {output.size(size)}")


def _print(lines: Iterable[LogLine], form: Form) -> None:
    for line in lines:
        _print_line(line, form)


def _print_hits(hits: Iterable[LogHit], form: Form, *, context: int) -> None:
    """As `grep -C` does: lines once, `--` where some are left out; or each hit as JSON."""
    printed = 0
    for hit in hits:
        if form.as_json:
            output.print_json(_hit(hit, context=context))
            continue
        block = [*hit.before, hit, *hit.after]
        if context and printed and block[0].number > printed + 1:
            print("--")
        for line in block:
            if line.number > printed:
                _print_line(line, form)
                printed = line.number


def _print_line(line: LogLine, form: Form) -> None:
    if form.as_json:
        output.print_json(_json(line))
        return
    number = f"{line.number}: " if form.numbers else ""
    at = f"{line.at:%Y-%m-%d %H:%M:%S.%f}"[:-3] + "  " if form.timestamps and line.at else ""
    print(f"{number}{at}{line.text}", flush=True)


def _hit(hit: LogHit, *, context: int) -> dict[str, Any]:
    if not context:
        return _json(hit)
    return {
        **_json(hit),
        "before": [_json(line) for line in hit.before],
        "after": [_json(line) for line in hit.after],
    }


def _json(line: LogLine) -> dict[str, Any]:
    at = line.at.isoformat() if line.at else None
    return {"n": line.number, "at": at, "stream": line.stream, "text": line.text}
