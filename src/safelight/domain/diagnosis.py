"""Why a run failed and what to try: the rules of `causes.py` held against what the run said last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from string import Formatter
from typing import Any

from safelight.domain.causes import PACKAGES, RULES, Rule
from safelight.domain.fingerprint import key, normalized
from safelight.domain.jobs import Failure, FailureKind, Resources
from safelight.domain.lastwords import LastWords, Line, Raised, read
from safelight.domain.proposals import proposal

_LAST = 12  # lines in which a program without exceptions says its end
_LONGEST = 300  # characters of a sentence and of the evidence

# What a process says because another one died; that one knows why.
_CONSEQUENCE = re.compile(
    r"ChildFailedError|CalledProcessError|ProcessExitedException|RayTaskError|DistBackendError"
    r"|DistNetworkError|NCCL (?:communicator|error)|nccl(?:Internal|Remote|System)Error"
    r"|Connection closed by peer|^EOFError:?$|^(?:BrokenPipeError|ConnectionResetError)\b"
)
# Failures that the runner or an engine explains better than the run's own words do.
_EXPLAINED = {
    kind: rule for rule in reversed(RULES) for kind in rule.kinds
}  # the first rule of a kind
_SET_UP = frozenset({FailureKind.SETUP_ERROR, FailureKind.ENGINE_ERROR})


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A failure with its cause. `key` is equal for equal failures; `line`: where the log says it."""

    failure: Failure
    key: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """What the words say: a sentence, and the rule that knows it."""

    sentence: str = ""
    rule: Rule | None = None
    evidence: Line | None = None
    place: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def diagnose(
    failure: Failure, said: Sequence[Line], parameters: Mapping[str, Any], resources: Resources
) -> Diagnosis:
    """The failure with cause, fix and proposal. `said`: the last lines of the log, oldest first, and
    those that it does not have yet; `parameters` and `resources` are what a proposal may change.
    """
    found = _found(failure, said)
    rule, evidence = found.rule, found.evidence
    words = evidence_text(evidence) if evidence else ""
    told = replace(failure, evidence=words)
    if failure.kind is FailureKind.SCRIPT_ERROR and found.sentence:
        told = replace(told, message=found.sentence[:_LONGEST])
    if rule is not None:
        told = replace(
            told,
            kind=rule.kind if rule.kind and failure.kind is FailureKind.SCRIPT_ERROR else told.kind,
            cause=rule.name,
            fix=rule.fix.format_map({"package": "it", **found.facts}),
            proposal=proposal(rule.changes, parameters, asdict(resources)),
        )
    name = rule.name if rule else failure.kind
    how = "" if words else f"{failure.exit_code} {failure.signal}"
    same = key(name, normalized(words or failure.message), how, found.place)
    return Diagnosis(told, same, evidence.number if evidence else None)


def evidence_text(line: Line) -> str:
    """A line as it is kept with a failure."""
    return line.text.strip()[:_LONGEST]


def _found(failure: Failure, said: Sequence[Line]) -> _Found:
    explained = _EXPLAINED.get(failure.kind)
    if explained is not None:
        return _evidence_of(explained, said)
    if failure.kind in _SET_UP:
        return _in_lines(_set_up(failure, said)) or _Found()
    if failure.kind is not FailureKind.SCRIPT_ERROR:
        return _Found()  # an operation of ours says itself what was wrong
    words = read([line for line in said if line.stream != "setup"])
    return _raised(words) or _in_lines(words.lines[-_LAST:]) or _signalled(failure)


# --- exceptions -----------------------------------------------------------------------------------


def _raised(words: LastWords) -> _Found | None:
    """The cause that an exception names; None if there is none but consequences of something else."""
    chains = [kept for chain in words.chains if (kept := _causes(chain))]
    if not chains:
        return None
    newest = chains[0]
    # Processes of one group die together, and the last words are not always those of the first.
    group = [newest, *_last_of_others(chains, newest[-1].lane)]
    for chain in group:
        for raised in reversed(chain):
            found = _matched(raised.text, raised.lines, words.lines)
            if found is not None:
                return _placed(found, raised)
    return _plain(newest[-1])


def _causes(chain: list[Raised]) -> list[Raised]:
    return [raised for raised in chain if not _CONSEQUENCE.search(raised.lines[0].text)]


def _last_of_others(chains: list[list[Raised]], lane: tuple[str, str]) -> Iterator[list[Raised]]:
    """The newest chain of each other process of the same stream."""
    known = {lane}
    for chain in chains:
        other = chain[-1].lane
        if other[0] == lane[0] and other[1] and other not in known:
            known.add(other)
            yield chain


def _placed(found: _Found, raised: Raised) -> _Found:
    """With the line of code, where the rule's sentence says little without it."""
    if raised.place is None or found.rule is None or not found.rule.shows_place:
        return found
    file, line, name = raised.place
    sentence = f"{found.sentence.removesuffix('.')} ({file}, line {line})."
    return replace(found, sentence=sentence, place=f"{file} {name}")


def _plain(raised: Raised) -> _Found:
    """An exception that no rule knows speaks for itself."""
    said = raised.lines[0].text.strip().removesuffix(":")
    if raised.place is None:
        return _Found(said, evidence=raised.lines[0])
    file, line, name = raised.place
    return _Found(
        f"{said[:200]} ({file}, line {line})", evidence=raised.lines[0], place=f"{file} {name}"
    )


# --- rules ----------------------------------------------------------------------------------------


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Compiled when it is first needed: there are a hundred."""
    return re.compile(text)


def _matched(text: str, lines: Sequence[Line], around: Sequence[Line]) -> _Found | None:
    """The first rule with a sign in the text of these lines."""
    for rule, sign, pattern in _SIGNS:
        match = _pattern(pattern).search(text)
        if match is None:
            continue
        facts = _facts(rule, match, around)
        if _wanted(sign.sentence) <= facts.keys():
            line = lines[min(text.count("\n", 0, match.start()), len(lines) - 1)]
            return _Found(sign.sentence.format_map(facts), rule, line, facts=facts)
    return None


_SIGNS = [
    (rule, sign, pattern) for rule in RULES for sign in rule.signs for pattern in sign.patterns
]


@cache
def _wanted(sentence: str) -> set[str]:
    """The facts that a sentence needs."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def _facts(rule: Rule, match: re.Match[str], around: Sequence[Line]) -> dict[str, str]:
    facts = {name: value.strip() for name, value in match.groupdict().items() if value}
    if rule.around:
        for line in reversed(around):
            nearby = _pattern(rule.around).search(line.text)
            if nearby is not None:
                known = {name: value for name, value in nearby.groupdict().items() if value}
                facts = {**known, **facts}
                break
    if "module" in facts:
        module = facts["module"]
        top = module.partition(".")[0]
        facts["package"] = PACKAGES.get(module) or PACKAGES.get(top) or top
    return facts


def _in_lines(lines: Sequence[Line]) -> _Found | None:
    """What a program without exceptions says: the last line that a rule knows, else all as one text,
    as some tools wrap their sentences.
    """
    for line in reversed(lines):
        found = _matched(line.text, [line], lines)
        if found is not None:
            return found
    joined = " ".join(line.text.strip(" \t\u2502") for line in lines)
    return _matched(joined, lines[-1:], lines) if lines else None


def _evidence_of(rule: Rule, said: Sequence[Line]) -> _Found:
    """A rule that is known to hold, with the line that says so too, if there is one."""
    for line in reversed(read(said).lines):
        if any(_pattern(pattern).search(line.text) for s in rule.signs for pattern in s.patterns):
            return _Found(rule=rule, evidence=line)
    return _Found(rule=rule)


def _signalled(failure: Failure) -> _Found:
    signal = failure.signal
    if signal is None and (failure.exit_code or 0) > 128:
        signal = (failure.exit_code or 0) - 128  # how a shell passes on that its command was ended
    for rule in RULES:
        if signal in rule.signals:
            return _Found(rule=rule)
    return _Found()


def _set_up(failure: Failure, said: Sequence[Line]) -> list[Line]:
    """What the set-up said; the runner's own sentence last, it names what matters."""
    excerpt = [Line(text, None, "setup") for text in failure.excerpt.split("\n")]
    own = [line for line in said if line.stream == "setup"] or excerpt
    lines = read(own).lines[-_LAST:]
    return [*lines, Line(failure.message, None, "setup")]
