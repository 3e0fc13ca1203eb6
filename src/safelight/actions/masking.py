"""What must never be shown of a run: its secret parameters, and the tokens of its script and runner."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from safelight.actions.context import Context
from safelight.actions.sealing import Sealer
from safelight.domain.jobs import Exit, Progress
from safelight.domain.masking import Mask
from safelight.store.runs import Run


def mask_of(context: Context, run: Run) -> Mask:
    """The mask for everything that this run prints and reports.

    Raises Unavailable if its secrets cannot be read: better no log than one that tells them.
    """
    return _mask(context.secret_key, run.run_id, run.secrets)


def masked(context: Context, run: Run, exit: Exit) -> Exit:
    """An end without the run's secrets in its last words."""
    mask = mask_of(context, run)
    failure = exit.failure
    if failure is not None:
        failure = replace(
            failure, message=mask.text(failure.message), excerpt=mask.text(failure.excerpt)
        )
    return replace(exit, failure=failure, excerpt=mask.text(exit.excerpt))


def masked_progress(context: Context, run: Run, progress: Progress) -> Progress:
    """What a script reports of its progress, without the run's secrets."""
    mask = mask_of(context, run)
    return replace(progress, unit=mask.text(progress.unit), phase=mask.text(progress.phase))


# A mask costs a millisecond to make, and a run that floods its log asks for it a hundred times a second.
@lru_cache(maxsize=512)
def _mask(secret_key: bytes, run_id: UUID, sealed: bytes | None) -> Mask:
    sealer = Sealer(secret_key)
    values = sealer.unseal(sealed) if sealed else {}
    tokens = (sealer.script_token(run_id), sealer.runner_token(run_id))
    return Mask([*map(str, values.values()), *tokens])
