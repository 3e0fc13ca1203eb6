"""Object names and the addresses for their bytes: issued to one organization, written once, signed."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from safelight.actions.context import Context
from safelight.blobs import Grant, Signer
from safelight.errors import Conflict, Denied, Invalid, NotFound, TooLarge
from safelight.ids import uuid7
from safelight.store import objects
from safelight.store.db import Read, Transaction
from safelight.store.objects import StoredObject

ROUTE = "/api/v1/objects"
DEFAULT_TYPE = "application/octet-stream"
READ_S = 6 * 3600
WRITE_S = 6 * 3600
_STEP_S = 3600  # expiries are rounded up to it, so that a page shown again has the same addresses
_NAME_LIMIT = 100


def safe_name(filename: str) -> str:
    """A file name with nothing in it that a path, a header or a shell could take amiss."""
    plain = unicodedata.normalize("NFKD", filename.replace("\\", "/").rsplit("/", 1)[-1])
    cleaned = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).lstrip(".-_")[-_NAME_LIMIT:]
    return cleaned.lstrip(".-_") or "file"


def issue_name(
    tx: Transaction,
    organization_id: UUID,
    kind: str,
    filename: str,
    *,
    content_type: str | None = None,
    context: dict[str, Any] | None = None,
) -> str:
    """A fresh object name of an organization: `<org>/<kind>/<uuid7>/<safe file name>`."""
    name = f"{organization_id}/{kind.lower()}/{uuid7()}/{safe_name(filename)}"
    objects.add(tx, organization_id, name, kind, content_type=content_type, context=context)
    return name


def store(
    context: Context,
    organization_id: UUID,
    kind: str,
    filename: str,
    content: bytes,
    *,
    content_type: str = DEFAULT_TYPE,
) -> str:
    """Keep bytes that are at hand under a fresh name; the name."""
    with context.db.transaction() as tx:
        name = issue_name(tx, organization_id, kind, filename, content_type=content_type)
    context.blobs.put(name, content)
    with context.db.transaction() as tx:
        objects.finish(tx, name, size=len(content), content_type=content_type)
    return name


def check_issued(read: Read, organization_id: UUID, object_name: str) -> StoredObject:
    """The object of this organization, which is written. Raises NotFound, Invalid if it is not yet."""
    found = objects.get(read, organization_id, object_name)
    if not found.is_stored:
        raise Invalid("Nothing was uploaded under this object name.", object_name=object_name)
    return found


def remove(context: Context, object_names: list[str]) -> None:
    """Delete the bytes; the names stay used."""
    with context.db.transaction() as tx:
        objects.remove(tx, object_names)
    context.blobs.remove(object_names)


# --- addresses --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """An upload by form, as S3 has it: post these fields, then the part `file`, to `path`."""

    path: str
    fields: dict[str, str]


def _expiry(context: Context, lasting_s: int) -> int:
    now_s = context.db.clock() // 1_000_000
    return (now_s + lasting_s) // _STEP_S * _STEP_S + _STEP_S


def read_path(context: Context, object_name: str, *, lasting_s: int = READ_S) -> str:
    """A path on this server that anybody can GET the object's bytes from, for some hours."""
    return read_paths(context, [object_name], lasting_s=lasting_s)[0]


def read_paths(
    context: Context, object_names: Iterable[str], *, lasting_s: int = READ_S
) -> list[str]:
    """The same for many objects."""
    signer, expires_at = Signer(context.secret_key), _expiry(context, lasting_s)
    return [
        f"{ROUTE}/{quote(name)}?expires={expires_at}"
        f"&signature={signer.sign(Grant('GET', name, expires_at))}"
        for name in object_names
    ]


def upload_form(
    context: Context, organization_id: UUID, object_name: str, content_type: str = DEFAULT_TYPE
) -> Form:
    """How to upload an object whole. Raises NotFound, Conflict for a name that was used."""
    with context.db.read() as read:
        _check_unused(objects.get(read, organization_id, object_name))
    grant = Grant(
        "POST",
        object_name,
        _expiry(context, WRITE_S),
        content_type,
        context.settings.upload_limit,
    )
    return Form(ROUTE, {**_fields(grant), "signature": Signer(context.secret_key).sign(grant)})


def _fields(grant: Grant) -> dict[str, str]:
    return {
        "key": grant.object_name,
        "Content-Type": grant.content_type,
        "max_size": str(grant.max_size),
        "expires": str(grant.expires_at),
    }


def _check_unused(found: StoredObject) -> None:
    if found.state not in (objects.ISSUED, objects.UPLOADING):
        raise Conflict("This object name was used before.", object_name=found.object_name)


def begin_parts(
    context: Context, organization_id: UUID, object_name: str, content_type: str = DEFAULT_TYPE
) -> str:
    """Open an upload in parts; its id. Raises NotFound, Conflict for a name that was used."""
    upload_id = uuid7().hex
    with context.db.transaction() as tx:
        objects.begin_parts(tx, organization_id, object_name, upload_id, content_type)
    return upload_id


def part_path(
    context: Context, organization_id: UUID, object_name: str, upload_id: str, part: int
) -> str:
    """A path on this server to PUT one part's bytes to. Raises NotFound, Invalid."""
    with context.db.read() as read:
        _check_open(objects.get(read, organization_id, object_name), upload_id)
    if not 1 <= part <= 10_000:
        raise Invalid("Parts are numbered from 1 to 10000.", field="part_no")
    grant = Grant(
        "PUT",
        object_name,
        _expiry(context, WRITE_S),
        max_size=context.settings.upload_limit,
        upload_id=upload_id,
        part=part,
    )
    query = {
        "upload_id": upload_id,
        "part": part,
        "max_size": grant.max_size,
        "expires": grant.expires_at,
        "signature": Signer(context.secret_key).sign(grant),
    }
    return f"{ROUTE}/{quote(object_name)}?{urlencode(query)}"


def _check_open(found: StoredObject, upload_id: str) -> None:
    if found.state != objects.UPLOADING or found.upload_id != upload_id:
        raise NotFound("There is no such upload.", upload_id=upload_id)


def complete_parts(
    context: Context,
    organization_id: UUID,
    object_name: str,
    upload_id: str,
    parts: Iterable[tuple[int, str]],
) -> int:
    """Put uploaded parts (number, ETag) together in the order of their numbers; the size.

    Repeating it after it worked changes nothing. Raises NotFound, Invalid if a part is missing.
    """
    with context.db.read() as read:
        found = objects.get(read, organization_id, object_name)
    if found.is_stored and found.upload_id == upload_id:
        return found.size or 0
    _check_open(found, upload_id)
    listed = sorted((number, _etag(etag)) for number, etag in parts)
    if not listed or len({number for number, _ in listed}) != len(listed):
        raise Invalid("An upload is completed by its parts, each named once.", field="parts")
    names = [context.blobs.part(upload_id, number, etag) for number, etag in listed]
    size = _assemble(context, found, names)
    context.blobs.remove_parts(upload_id)
    return size


def _etag(text: str) -> str:
    etag = text.strip('"')
    if re.fullmatch("[0-9a-f]{32}", etag) is None:
        raise Invalid("This is not the ETag of a part.", field="parts")
    return etag


def _assemble(context: Context, found: StoredObject, names: list[str]) -> int:
    limit = context.settings.upload_limit
    try:
        total = sum(context.blobs.size(name) for name in names)
    except NotFound as error:
        raise Invalid("A part that was named is not there.", field="parts") from error
    if total > limit:
        raise TooLarge(f"A file has at most {limit} bytes.", limit=limit)
    size = context.blobs.assemble(names, found.object_name)
    with context.db.transaction() as tx:
        objects.finish(
            tx, found.object_name, size=size, content_type=found.content_type or DEFAULT_TYPE
        )
    return size


# --- what holders of an address may do ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Readable:
    """An object that its reader may have."""

    object_name: str
    size: int
    content_type: str


def open_to_read(context: Context, object_name: str, expires_at: int, signature: str) -> Readable:
    """Raises Denied for a wrong or expired signature, NotFound if the object is gone."""
    _check(context, Grant("GET", object_name, expires_at), signature)
    with context.db.read() as read:
        found = objects.find(read, object_name)
    if found is None or not found.is_stored or found.size is None:
        raise NotFound("There is no such object.", object_name=object_name)
    return Readable(object_name, found.size, found.content_type or DEFAULT_TYPE)


def read_bytes(context: Context, found: Readable, start: int, end: int) -> Iterator[bytes]:
    return context.blobs.stream(found.object_name, start, end)


def _check(context: Context, grant: Grant, signature: str) -> None:
    Signer(context.secret_key).check(grant, signature, context.db.clock() / 1e6)


class Upload:
    """A body that arrives piece by piece and becomes an object, or one part of one.

    Nothing has the object's name before `finish`, so a broken upload leaves the name usable.
    """

    def __init__(self, context: Context, grant: Grant, signature: str) -> None:
        """Raises Denied, NotFound, and Conflict if the name was written before."""
        _check(context, grant, signature)
        with context.db.read() as read:
            found = objects.find(read, grant.object_name)
        if found is None:
            raise NotFound("There is no such object.", object_name=grant.object_name)
        if grant.upload_id:
            _check_open(found, grant.upload_id)
        else:
            _check_unused(found)
        self._context, self._grant = context, grant
        self._incoming = context.blobs.incoming()
        self._digest = hashlib.md5(usedforsecurity=False)  # what S3 clients expect of an ETag

    def write(self, chunk: bytes) -> None:
        """Raises TooLarge as soon as there is more than the grant allows."""
        if self._incoming.size + len(chunk) > self._grant.max_size:
            limit = self._grant.max_size
            raise TooLarge(f"A file has at most {limit} bytes.", limit=limit)
        self._incoming.write(chunk)
        self._digest.update(chunk)

    def finish(self) -> str:
        """Give the bytes their name; their ETag. Raises Conflict if another upload was quicker."""
        grant, etag = self._grant, self._digest.hexdigest()
        if grant.upload_id:
            self._incoming.commit(self._context.blobs.part(grant.upload_id, grant.part, etag))
            return etag
        self._incoming.close()
        # The row is taken first and the name given before the commit: of two uploads of one name
        # the second finds the row taken, and a crash in between leaves a name without a row's word.
        with self._context.db.transaction() as tx:
            objects.finish(
                tx,
                grant.object_name,
                size=self._incoming.size,
                content_type=grant.content_type or DEFAULT_TYPE,
            )
            self._incoming.commit(grant.object_name)
        return etag

    def discard(self) -> None:
        self._incoming.discard()


def form_grant(fields: dict[str, str]) -> tuple[Grant, str]:
    """What the fields of an upload form ask for, and their signature. Raises Denied, Invalid."""
    try:
        grant = Grant(
            "POST",
            fields["key"],
            int(fields["expires"]),
            fields.get("Content-Type", ""),
            int(fields["max_size"]),
        )
        return grant, fields["signature"]
    except KeyError as error:
        raise Denied(f"The form lacks the field {error.args[0]!r}.") from error
    except ValueError as error:
        raise Invalid("The fields `expires` and `max_size` are numbers.") from error
