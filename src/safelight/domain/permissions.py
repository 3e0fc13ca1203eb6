"""Who is asking, and what each role may do; knows no token, no cookie and no object."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

from safelight.errors import Denied


class Role(StrEnum):
    """From the most to the least; each may all that those after it may."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


class Ability(StrEnum):
    """One kind of thing that somebody may do in an organization."""

    READ = "read"
    READ_JOBS = "read_jobs"
    WRITE_DATA = "write_data"  # data, datasets, labels, models, experiments, artifacts
    LAUNCH = "launch"  # also re-run
    STOP_OWN = "stop_own"
    SHARE_VIEWS = "share_views"  # save lists for everybody in the organization
    MANAGE_JOBS = "manage_jobs"  # of others
    ADD_PACKAGE = "add_package"  # code that will run on this machine
    UNLOCK = "unlock"  # what others locked
    MANAGE_MEMBERS = "manage_members"
    SETTINGS = "settings"  # of the organization


_VIEWER = frozenset({Ability.READ, Ability.READ_JOBS})
_MEMBER = _VIEWER | {
    Ability.WRITE_DATA,
    Ability.LAUNCH,
    Ability.STOP_OWN,
    Ability.SHARE_VIEWS,
}
_ADMIN = _MEMBER | {
    Ability.MANAGE_JOBS,
    Ability.ADD_PACKAGE,
    Ability.UNLOCK,
    Ability.MANAGE_MEMBERS,
}
_OWNER = _ADMIN | {Ability.SETTINGS}

ABILITIES: dict[Role, frozenset[Ability]] = {
    Role.VIEWER: _VIEWER,
    Role.MEMBER: _MEMBER,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _OWNER,
}

# A script inside a run works on data; it never touches members, tokens or the jobs of others.
SCRIPT_ABILITIES = frozenset({Ability.READ, Ability.WRITE_DATA})


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who proved who they are, acting in one organization. `run_id`: the run whose script
    token this is.
    """

    user_id: UUID
    user_name: str
    organization_id: UUID
    role: str
    run_id: UUID | None = None
    scope: Literal["user", "script"] = "user"
    organization_name: str = ""

    @property
    def is_script(self) -> bool:
        return self.scope == "script"


def may(actor: Actor, ability: Ability | str) -> bool:
    """Whether `actor` has `ability` in its organization."""
    allowed = ABILITIES[Role(actor.role)]
    if actor.is_script:
        allowed = allowed & SCRIPT_ABILITIES
    return Ability(ability) in allowed


_NEEDS: dict[Ability, str] = {
    Ability.READ: "read this",
    Ability.READ_JOBS: "see jobs",
    Ability.WRITE_DATA: "change data",
    Ability.LAUNCH: "launch jobs",
    Ability.STOP_OWN: "stop jobs",
    Ability.SHARE_VIEWS: "share views",
    Ability.MANAGE_JOBS: "manage the jobs of others",
    Ability.ADD_PACKAGE: "add packages",
    Ability.UNLOCK: "unlock what others have locked",
    Ability.MANAGE_MEMBERS: "manage members",
    Ability.SETTINGS: "change the organization",
}


def require(actor: Actor, ability: Ability | str) -> None:
    """Raises Denied, with a sentence for people, if `actor` lacks `ability`."""
    if may(actor, ability):
        return
    needed = Ability(ability)
    who = "A script token" if actor.is_script else f"The role {actor.role}"
    raise Denied(f"{who} may not {_NEEDS[needed]}.", ability=needed.value, role=actor.role)
