"""The tables, and the invariants that the database itself enforces. Times are microseconds UTC."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from safelight.domain.jobs import FINAL, LIVE, FailureKind, JobType, RunStatus, TargetType
from safelight.domain.terms import HIGHEST, LOWEST
from safelight.domain.views import Density, ListKind
from safelight.store.columns import Id, Instant, Json, Key

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, values: Iterable[str], name: str | None = None) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name or column)


def _key(name: str) -> Column[int]:
    return Column(name, Key, Identity(), primary_key=True)


def _ref(name: str, target: str, **kwargs: Any) -> Column[Any]:
    kwargs.setdefault("nullable", False)
    return Column(name, Id, ForeignKey(target), **kwargs)


_NEVER_REISSUE: Any = {"sqlite_autoincrement": True}

# --- installation, organizations, people -------------------------------------------------------

installation = Table(
    "installation",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1", name="single"), primary_key=True),
    Column("salt", Integer, nullable=False),  # 24 random bits inside packed ids
    Column("created_at", Instant, nullable=False),
)

organization = Table(
    "organization",
    metadata,
    Column("organization_id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("connector_id", Id, nullable=False),  # the wire's name for object storage
    Column("event_seq", BigInteger, nullable=False, server_default="0"),
    Column("label_seq", BigInteger, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    # How many runs its members may have going on at once; null: as many as there is room for.
    Column("live_limit", Integer, CheckConstraint("live_limit > 0", name="live_limit")),
)

user = Table(
    "user_account",
    metadata,
    Column("user_id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("password_hash", Text),  # null: may enter by login link or token only
    Column("created_at", Instant, nullable=False),
)

ROLES = ("owner", "admin", "member", "viewer")

membership = Table(
    "membership",
    metadata,
    _ref("organization_id", "organization.organization_id", primary_key=True),
    _ref("user_id", "user_account.user_id", primary_key=True),
    Column("role", Text, _one_of("role", ROLES), nullable=False),
    Index("ix_membership_user", "user_id"),
)

# An API token (kind 'api') acts as its user; a script token (kind 'script') as its run, until it ends.
token = Table(
    "token",
    metadata,
    Column("token_id", Id, primary_key=True),
    Column("kind", Text, _one_of("kind", ("api", "script")), nullable=False),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),  # SHA-256
    _ref("user_id", "user_account.user_id"),
    _ref("organization_id", "organization.organization_id", nullable=True),
    _ref("run_id", "run.run_id", nullable=True),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    CheckConstraint("(kind = 'script') = (run_id IS NOT NULL)", name="script_has_run"),
    Index("ix_token_user", "user_id"),
    Index("ix_token_run", "run_id"),
)

# What a browser holds: a session cookie, or a one-time login link that becomes one.
session = Table(
    "session",
    metadata,
    Column("session_hash", LargeBinary(32), primary_key=True),
    _ref("user_id", "user_account.user_id"),
    Column("kind", Text, _one_of("kind", ("session", "link")), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

# --- files -------------------------------------------------------------------------------------

OBJECT_STATES = ("issued", "uploading", "stored", "removed")

# Every object name that was ever issued. A name is written once and belongs to one organization.
stored_object = Table(
    "stored_object",
    metadata,
    Column("object_name", Text, primary_key=True),
    _ref("organization_id", "organization.organization_id"),
    Column("kind", Text, nullable=False),  # the wire's ObjectDataType, or our own (package, ...)
    Column("state", Text, _one_of("state", OBJECT_STATES), nullable=False),
    Column("content_type", Text),
    Column("size", BigInteger),
    Column("upload_id", Text),  # of a multipart upload under way
    Column("context", Json),
    Column("created_at", Instant, nullable=False),
)

datalake = Table(
    "datalake",
    metadata,
    Column("datalake_id", Id, primary_key=True),
    _ref("organization_id", "organization.organization_id"),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("organization_id", "name"),
    Column("metadata_keys", Json),  # what custom metadata say: declarations by key; null: none
    Column("other_metadata_keys", Boolean, nullable=False, server_default=text("true")),
)

data_source = Table(
    "data_source",
    metadata,
    Column("data_source_id", Id, primary_key=True),
    _ref("organization_id", "organization.organization_id"),
    Column("name", Text, nullable=False),
    UniqueConstraint("organization_id", "name"),
)

# Status PENDING with no object: a placeholder, whose picture was named by an import but never
# uploaded.
data = Table(
    "data",
    metadata,
    _key("data_key"),
    Column("data_id", Id, nullable=False, unique=True),
    _ref("datalake_id", "datalake.datalake_id"),
    Column("object_name", Text, ForeignKey("stored_object.object_name"), unique=True),
    Column("filename", Text, nullable=False),
    Column("type", Text, _one_of("type", ("IMAGE", "VIDEO")), nullable=False),
    Column("content_type", Text, nullable=False),
    Column(
        "status",
        Text,
        _one_of("status", ("PENDING", "COMPUTING", "ERROR", "DONE")),
        nullable=False,
    ),
    Column("width", Integer),
    Column("height", Integer),
    Column("size", BigInteger),
    Column("sha256", LargeBinary(32)),
    Column("metadata", Json),
    Column("custom_metadata", Json),
    _ref("data_source_id", "data_source.data_source_id", nullable=True),
    _ref("created_by", "user_account.user_id", nullable=True),
    Column("created_at", Instant, nullable=False),
    Index("ix_data_filename", "filename", "datalake_id"),  # also the way into a version by name
    Index("ix_data_newest", "datalake_id", "data_key"),
    Index(  # whether the same picture is there already
        "ix_data_sha256",
        "sha256",
        sqlite_where=text("sha256 IS NOT NULL"),
        postgresql_where=text("sha256 IS NOT NULL"),
    ),
    **_NEVER_REISSUE,
)

# Another file that is looked at beside a picture. It goes with it.
data_projection = Table(
    "data_projection",
    metadata,
    Column("projection_id", Id, primary_key=True),
    Column("data_key", Key, ForeignKey("data.data_key", ondelete="CASCADE"), nullable=False),
    Column(
        "object_name",
        Text,
        ForeignKey("stored_object.object_name"),
        nullable=False,
        unique=True,
    ),
    Column("name", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("infos", Json),
    _ref("created_by", "user_account.user_id", nullable=True),
    Column("created_at", Instant, nullable=False),
    Index("ix_data_projection_data", "data_key"),
)

# How many data of a datalake have keys from 1024 x block on: the way to any place of a long list.
data_block = Table(
    "data_block",
    metadata,
    Column(
        "datalake_id", Id, ForeignKey("datalake.datalake_id", ondelete="CASCADE"), primary_key=True
    ),
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, CheckConstraint("number >= 0", name="number"), nullable=False),
)

TAG_TARGETS = (
    "DATA",
    "ASSET",
    "MODEL_VERSION",
    "MODEL",
    "DATASET_VERSION",
    "DATASET",
    "DEPLOYMENT",
    "PREDICTED_ASSET",
)

tag = Table(
    "tag",
    metadata,
    Column("tag_id", Id, primary_key=True),
    _ref("organization_id", "organization.organization_id"),
    Column("target_type", Text, _one_of("target_type", TAG_TARGETS), nullable=False),
    Column("owner_id", Id, nullable=False),  # datalake, dataset version or organization it lives in
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("owner_id", "target_type", "name"),
)

data_tag = Table(
    "data_tag",
    metadata,
    Column("data_key", Key, ForeignKey("data.data_key", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", Id, ForeignKey("tag.tag_id", ondelete="CASCADE"), primary_key=True),
    Index("ix_data_tag_tag", "tag_id", "data_key"),
)

object_tag = Table(  # tags of anything that has a public id of its own
    "object_tag",
    metadata,
    Column("object_id", Id, primary_key=True),
    Column("tag_id", Id, ForeignKey("tag.tag_id", ondelete="CASCADE"), primary_key=True),
)

# --- datasets: content is immutable, pointers move ------------------------------------------------

dataset = Table(
    "dataset",
    metadata,
    Column("dataset_id", Id, primary_key=True),
    _ref("organization_id", "organization.organization_id"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    _ref("created_by", "user_account.user_id", nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Index(
        "uq_dataset_name",
        "organization_id",
        "name",
        unique=True,
        sqlite_where=text("removed_at IS NULL"),
        postgresql_where=text("removed_at IS NULL"),
    ),
)

INFERENCE_TYPES = (
    "NOT_CONFIGURED",
    "CLASSIFICATION",
    "OBJECT_DETECTION",
    "SEGMENTATION",
    "POINT",
    "KEYPOINT",
    "LINE",
    "MASK",
    "MULTI",
)

# An immutable JSON value: the annotations of one asset, or the label list of one version.
document = Table(
    "document",
    metadata,
    _key("document_key"),
    _ref("organization_id", "organization.organization_id"),
    Column("counts", Json),  # shapes per label key, of an annotation document
    Column("shapes", Integer, nullable=False, server_default="0"),
    # Last, so that SQLite reads the counts without walking through the content.
    Column("content", LargeBinary, nullable=False),
    **_NEVER_REISSUE,
)

dataset_version = Table(
    "dataset_version",
    metadata,
    _key("version_key"),
    Column("version_id", Id, nullable=False, unique=True),
    _ref("dataset_id", "dataset.dataset_id"),
    _ref("organization_id", "organization.organization_id"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("type", Text, _one_of("type", INFERENCE_TYPES), nullable=False),
    Column("labels_key", Key, ForeignKey("document.document_key")),  # null: no labels
    Column("asset_count", Integer, nullable=False, server_default="0"),
    _ref("locked_by", "user_account.user_id", nullable=True),
    Column("locked_at", Instant),
    _ref("forked_from", "dataset_version.version_id", nullable=True),
    _ref("created_by", "user_account.user_id", nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("removed_at", Instant),  # gone for everybody at once; its assets stay for an undo
    CheckConstraint("(locked_by IS NULL) = (locked_at IS NULL)", name="lock"),
    Index(
        "uq_dataset_version_name",
        "dataset_id",
        "name",
        unique=True,
        sqlite_where=text("removed_at IS NULL"),
        postgresql_where=text("removed_at IS NULL"),
    ),
    **_NEVER_REISSUE,
)

asset = Table(
    "asset",
    metadata,
    _key("asset_key"),
    # No foreign keys, and no index of documents: see store/presence.py.
    Column("version_key", Key, nullable=False),
    Column("data_key", Key, nullable=False),
    Column("document_key", Key),  # null: nothing said yet
    # Numbers are never given twice within an asset, so that packed ids never change their meaning.
    Column("next_annotation", Integer, nullable=False, server_default="1"),
    Column("next_shape", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("version_key", "data_key"),
    Index("ix_asset_newest", "version_key", "asset_key"),
    Index("ix_asset_data", "data_key"),
    **_NEVER_REISSUE,
)

asset_tag = Table(
    "asset_tag",
    metadata,
    Column("asset_key", Key, ForeignKey("asset.asset_key", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", Id, ForeignKey("tag.tag_id", ondelete="CASCADE"), primary_key=True),
    Index("ix_asset_tag_tag", "tag_id", "asset_key"),
)

# What is known of the assets of a version whose keys are from 4096 x block on; see store/assetblocks.py. No foreign
# key to the version: its check would lock versions in an order of its own.
asset_block = Table(
    "asset_block",
    metadata,
    Column("version_key", Key, primary_key=True, autoincrement=False),
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("changes", BigInteger, nullable=False),  # how often something in it changed
    Column("assets", Integer),  # null: to be counted
    Column("statistics", LargeBinary),
    CheckConstraint("(assets IS NULL) = (statistics IS NULL)", name="counted"),
)

# Which assets of a counted block have something: a bit for each.
asset_facet = Table(
    "asset_facet",
    metadata,
    Column("version_key", Key, primary_key=True, autoincrement=False),
    Column("facet", BigInteger, primary_key=True, autoincrement=False),  # label key, or below 1
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("bits", LargeBinary, nullable=False),
    Index("ix_asset_facet_block", "version_key", "block"),
)

# The sum over a whole version when its blocks had changed so often: true for as long as they have not since.
version_statistics = Table(
    "version_statistics",
    metadata,
    Column("version_key", Key, primary_key=True, autoincrement=False),
    Column("changes", BigInteger, nullable=False),
    Column("statistics", LargeBinary, nullable=False),
)

# Every change belongs to a change set: of a run, or one direct edit by a user.
change_set = Table(
    "change_set",
    metadata,
    _key("change_set_key"),
    _ref("organization_id", "organization.organization_id"),
    Column("version_key", Key, ForeignKey("dataset_version.version_key")),
    _ref("run_id", "run.run_id", nullable=True),
    _ref("user_id", "user_account.user_id", nullable=True),
    Column("kind", Text, nullable=False),  # see store/changes.py
    Column("labels_before", Key),
    Column("labels_after", Key),
    Column("created_at", Instant, nullable=False),
    # Of the version's own row, what changed: {name, description, type, exists: value}.
    Column("fields_before", Json),
    Column("fields_after", Json),
    Column("undoes", Key),
    Column("undone_by", Key),  # the undo that holds now; null again once that was undone
    Column("numbers", Json),  # how much it changed, once it was counted; see store/numbers.py
    Index("ix_change_set_version", "version_key", "change_set_key"),
    Index(  # a run has one change set of a kind per version
        "uq_change_set_run",
        "run_id",
        "version_key",
        "kind",
        unique=True,
        sqlite_where=text("run_id IS NOT NULL"),
        postgresql_where=text("run_id IS NOT NULL"),
    ),
    **_NEVER_REISSUE,
)

asset_change = Table(
    "asset_change",
    metadata,
    Column("change_set_key", Key, ForeignKey("change_set.change_set_key"), primary_key=True),
    Column("asset_key", Key, primary_key=True),  # no foreign key: the asset may be gone since
    Column("data_key", Key, nullable=False),
    Column("existed_before", Boolean, nullable=False),
    Column("exists_after", Boolean, nullable=False),
    Column("document_before", Key),
    Column("document_after", Key),
    # Of an asset that does not exist on one of the sides: what else its row says.
    Column("next_annotation", Integer),
    Column("next_shape", Integer),
    Column("asset_created_at", Instant),
    sqlite_with_rowid=False,
)

asset_tag_change = Table(
    "asset_tag_change",
    metadata,
    Column("change_set_key", Key, ForeignKey("change_set.change_set_key"), primary_key=True),
    Column("asset_key", Key, primary_key=True),  # no foreign keys: both may be gone since
    Column("tag_id", Id, primary_key=True),
    Column("was_on", Boolean, nullable=False),
    Column("is_on", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

# --- packages, processings, models, experiments ---------------------------------------------------

package = Table(
    "package",
    metadata,
    _ref("organization_id", "organization.organization_id", primary_key=True),
    Column("package_hash", Text, primary_key=True),  # SHA-256 of its content, hex
    Column("object_name", Text, nullable=False),
    Column("manifest", Json, nullable=False),  # processing.toml or training.toml as read
    Column("size", BigInteger, nullable=False),
    _ref("created_by", "user_account.user_id", nullable=True),
    Column("created_at", Instant, nullable=False),
)

# One source: a package (package_hash) or an image (docker_image and docker_tag).
_SOURCE_CHECK = "package_hash IS NULL OR docker_image IS NULL"

processing = Table(
    "processing",
    metadata,
    Column("processing_id", Id, primary_key=True),
    _ref("organization_id", "organization.organization_id"),
    Column("name", Text, nullable=False),
    Column("is_public", Boolean, nullable=False),  # ships with Safelight
    Column("target", Text, _one_of("target", TargetType), nullable=False),
    Column("type", Text),  # the wire's ProcessingType
    Column("description", Text, nullable=False, server_default=""),
    Column("package_hash", Text),
    Column("docker_image", Text),
    Column("docker_tag", Text),
    Column("docker_flags", Json),
    Column("default_cpu", Float),
    Column("default_gpu", Integer),
    Column("default_memory", BigInteger),
    Column("default_timeout_s", Float),
    Column("default_parameters", Json, nullable=False),
    Column("parameters", Json, nullable=False),  # {name: {type, default, min, max, choices, help}}
    _ref("created_by", "user_account.user_id", nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("default_disk", BigInteger),
    CheckConstraint(_SOURCE_CHECK, name="one_source"),
    UniqueConstraint("organization_id", "name"),
)

processing_input = Table(
    "processing_input",
    metadata,
    Column(
        "processing_id",
        Id,
        ForeignKey("processing.processing_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("name", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("input_type", Text, nullable=False),
    Column("required", Boolean, nullable=False),
    Column("inference_type_constraint", Text),
    Column("framework_constraint", Text),
)

model = Table(
    "model",
    metadata,
    Column("model_id", Id, primary_key=True),
    _ref("organization_id", "organization.organization_id"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("is_public", Boolean, nullable=False, server_default=text("false")),
    _ref("created_by", "user_account.user_id", nullable=True),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("organization_id", "name"),
)

model_version = Table(
    "model_version",
    metadata,
    Column("model_version_id", Id, primary_key=True),
    _ref("model_id", "model.model_id"),
    _ref("organization_id", "organization.organization_id"),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("type", Text, _one_of("type", INFERENCE_TYPES), nullable=False),
    Column("framework", Text, nullable=False, server_default="NOT_CONFIGURED"),
    Column("package_hash", Text),
    Column("docker_image", Text),
    Column("docker_tag", Text),
    Column("docker_flags", Json),
    Column("docker_env", Json),
    Column("default_cpu", Float),
    Column("default_gpu", Integer),
    Column("default_memory", BigInteger),
    Column("default_timeout_s", Float),
    Column("parameter_rules", Json, nullable=False),  # as processing.parameters
    Column("labels", Json),
    Column("parameters", Json, nullable=False),
    _ref("created_by", "user_account.user_id", nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("default_disk", BigInteger),
    CheckConstraint(_SOURCE_CHECK, name="one_source"),
    UniqueConstraint("model_id", "number"),
    UniqueConstraint("model_id", "name"),
)

model_file = Table(
    "model_file",
    metadata,
    Column("model_file_id", Id, primary_key=True),
    _ref("model_version_id", "model_version.model_version_id"),
    Column("name", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("object_name", Text, ForeignKey("stored_object.object_name"), nullable=False),
    Column("large", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("model_version_id", "name"),
)

project = Table(
    "project",
    metadata,
    Column("project_id", Id, primary_key=True),
    _ref("organization_id", "organization.organization_id"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    _ref("created_by", "user_account.user_id", nullable=True),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("organization_id", "name"),
)

EXPERIMENT_STATUSES = ("WAITING", "RUNNING", "CANCELED", "TERMINATED", "FAILED", "SUCCESS")

experiment = Table(
    "experiment",
    metadata,
    Column("experiment_id", Id, primary_key=True),
    _ref("project_id", "project.project_id"),
    _ref("organization_id", "organization.organization_id"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("status", Text, _one_of("status", EXPERIMENT_STATUSES), nullable=False),
    _ref("base_model_version_id", "model_version.model_version_id", nullable=True),
    _ref("base_experiment_id", "experiment.experiment_id", nullable=True),
    _ref("created_by", "user_account.user_id", nullable=True),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("project_id", "name"),
)

experiment_dataset = Table(
    "experiment_dataset",
    metadata,
    _ref("experiment_id", "experiment.experiment_id", primary_key=True),
    Column("alias", Text, primary_key=True),  # train, test, val or any name
    _ref("version_id", "dataset_version.version_id"),
)

LOG_TYPES = ("VALUE", "IMAGE", "LINE", "TABLE", "BAR", "HEATMAP", "LABELMAP", "EVALUATION")

# A metric (the wire calls it a log). LINE data lives in metric_point, everything else in `data`.
metric = Table(
    "metric",
    metadata,
    Column("metric_id", Id, primary_key=True),
    _ref("experiment_id", "experiment.experiment_id"),
    Column("name", Text, nullable=False),
    Column("type", Text, _one_of("type", LOG_TYPES), nullable=False),
    Column("data", Json),
    Column("points", Integer, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("experiment_id", "name"),
)

metric_point = Table(
    "metric_point",
    metadata,
    _ref("metric_id", "metric.metric_id", primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("value", Json, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

artifact = Table(
    "artifact",
    metadata,
    Column("artifact_id", Id, primary_key=True),
    _ref("experiment_id", "experiment.experiment_id"),
    Column("name", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("object_name", Text, ForeignKey("stored_object.object_name"), nullable=False),
    Column("large", Boolean, nullable=False),
    _ref("run_id", "run.run_id", nullable=True),  # the run that stored it
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("experiment_id", "name"),
)

# --- jobs ----------------------------------------------------------------------------------------

# Whatever the list filters by, its index has type and status behind it and then the order of the list:
# so each pair with one of them is a walk along one index, too (`jobkeys.py`).
_LISTED, _KIND = ("organization_id", "archived"), ("type", "status")
_NEWEST = ("triggered_at", "job_key")


def _index_where_given(name: str, column: str) -> Index:
    given = text(f"{column} IS NOT NULL")
    columns = (*_LISTED, column, *_KIND, *_NEWEST)
    return Index(name, *columns, sqlite_where=given, postgresql_where=given)


# `status`, `triggered_*`, `engine`, `failure_*` and `latest_run_id` mirror the newest run, in the
# transaction that changes it.
job = Table(
    "job",
    metadata,
    _key("job_key"),
    Column("job_id", Id, nullable=False, unique=True),
    _ref("organization_id", "organization.organization_id"),
    Column("type", Text, _one_of("type", JobType), nullable=False),
    Column("operation", Text, nullable=False),  # import_coco, fork ...; processing; training
    Column("name", Text, nullable=False),
    Column("target_type", Text, _one_of("target_type", TargetType)),
    Column("target_id", Id),
    Column("target_name", Text, nullable=False, server_default=""),  # as it was at launch
    Column("target_path", Text),  # of the object in the page, as /dataset/{id}/version/{id}
    _ref("processing_id", "processing.processing_id", nullable=True),
    Column("latest_run_id", Id),  # no foreign key: the two rows are born together
    Column("status", Text, _one_of("status", RunStatus), nullable=False),
    Column("triggered_at", Instant, nullable=False),
    _ref("triggered_by", "user_account.user_id"),
    Column("idempotency_key", Text),
    Column("created_at", Instant, nullable=False),
    # Columns that a later migration added stand last, where SQLite puts them.
    Column("failure_key", Text),  # of its newest run
    Column("engine", Text, nullable=False, server_default="local"),
    Column("failure_kind", Text, _one_of("failure_kind", FailureKind)),
    Column("archived", Boolean, nullable=False, server_default=text("false")),  # out of the list
    CheckConstraint("(target_type IS NULL) = (target_id IS NULL)", name="target"),
    Index("ix_job_newest", *_LISTED, *_NEWEST),
    Index("ix_job_kind", *_LISTED, *_KIND, *_NEWEST),
    Index("ix_job_user", *_LISTED, "triggered_by", *_KIND, *_NEWEST),
    Index("ix_job_engine", *_LISTED, "engine", *_KIND, *_NEWEST),
    _index_where_given("ix_job_target", "target_id"),
    _index_where_given("ix_job_processing", "processing_id"),
    _index_where_given("ix_job_failure_kind", "failure_kind"),
    _index_where_given("ix_job_failure_key", "failure_key"),
    Index(
        "uq_job_idempotency",
        "organization_id",
        "idempotency_key",
        unique=True,
        sqlite_where=text("idempotency_key IS NOT NULL"),
        postgresql_where=text("idempotency_key IS NOT NULL"),
    ),
    **_NEVER_REISSUE,
)

LIVE_SQL = "status IN ({})".format(", ".join(f"'{status}'" for status in sorted(LIVE)))
_FINAL_SQL = "({})".format(", ".join(f"'{status}'" for status in sorted(FINAL)))

run = Table(
    "run",
    metadata,
    Column("run_id", Id, primary_key=True),
    _ref("job_id", "job.job_id"),
    _ref("organization_id", "organization.organization_id"),
    Column("number", Integer, nullable=False),
    Column("status", Text, _one_of("status", RunStatus), nullable=False),
    Column("engine", Text, nullable=False),  # local, container, ray, slurm, external
    # As launched:
    Column("parameters", Json, nullable=False),
    Column("inputs", Json, nullable=False),
    Column("resources", Json, nullable=False),
    Column("source", Json, nullable=False),  # {"package": hash} | {"image", "tag"} | {"internal"}
    Column("secrets", LargeBinary),  # encrypted JSON of the secret parameters
    Column("snapshot", Json),  # what exactly ran: environment, versions, digest; runner's report
    _ref("triggered_by", "user_account.user_id"),
    Column("created_at", Instant, nullable=False),
    Column("queued_at", Instant),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    # The scheduler's claim, while PENDING only:
    Column("claim_token", Id),
    Column("claimed_until", Instant),
    # The runner's fence from the hand-over on:
    Column("runner_token_hash", LargeBinary(32), unique=True),
    Column("handle", Text),
    Column("seen_at", Instant),  # last heartbeat
    Column("alive_until", Instant),
    # Stop:
    Column("stop_requested_at", Instant),
    _ref("stop_requested_by", "user_account.user_id", nullable=True),
    Column("stop_grace_s", Float),
    # End:
    Column("declared", Text, _one_of("declared", ("succeed", "fail"))),
    Column("declared_at", Instant),
    Column("exit_code", Integer),
    Column("signal", Integer),
    Column("failure", Json),
    Column("kept", Boolean, nullable=False, server_default=text("false")),
    Column("result", Json),  # what came out: counts for the row's line, output objects
    Column("progress", Json),
    Column("progress_at", Instant),
    # The run reports its progress itself, so the lines that it prints are not read for it:
    Column("progress_reported", Boolean, nullable=False, server_default=text("false")),
    # Log totals, and whether the runner said that all of it has arrived:
    Column("log_lines", BigInteger, nullable=False, server_default="0"),
    Column("log_bytes", BigInteger, nullable=False, server_default="0"),
    Column("log_completed_at", Instant),
    # The terms it was launched on, and its place among those that wait:
    Column(
        "rank",  # its priority with the sign changed, so that the order of claims only rises
        Integer,
        CheckConstraint(f"rank BETWEEN {-HIGHEST} AND {-LOWEST}", name="rank"),
        nullable=False,
        server_default="0",
    ),
    Column("retry", Json),  # which failures are tried again, how often, after which pause
    Column(
        "retries",  # how often it was tried again already; 0: somebody launched it
        Integer,
        CheckConstraint("retries = 0 OR (retries > 0 AND retry IS NOT NULL)", name="retries"),
        nullable=False,
        server_default="0",
    ),
    Column("ready_at", Instant, nullable=False, server_default="0"),  # not claimed before
    Column("is_internal", Boolean, nullable=False, server_default=text("false")),
    # Why it failed. The line is written after the end too, as the log may come later than the end.
    Column("failure_key", Text),  # equal for equal failures: `domain/fingerprint.py`
    Column("failure_line", BigInteger),  # where the log says it
    # The records of its file that it did not take: {"total", "object_name", "size", "again": job ids}
    Column("rejects", Json),
    UniqueConstraint("job_id", "number"),
    CheckConstraint(f"(finished_at IS NOT NULL) = (status IN {_FINAL_SQL})", name="finished"),
    CheckConstraint("(failure IS NOT NULL) = (status = 'FAILED')", name="failure"),
    CheckConstraint("status != 'RUNNING' OR started_at IS NOT NULL", name="started"),
    CheckConstraint("claim_token IS NULL OR status = 'PENDING'", name="claim"),
    Index(
        "uq_run_one_live",
        "job_id",
        unique=True,
        sqlite_where=text(LIVE_SQL),
        postgresql_where=text(LIVE_SQL),
    ),
    Index(
        "ix_run_live",
        "status",
        "created_at",
        sqlite_where=text(LIVE_SQL),
        postgresql_where=text(LIVE_SQL),
    ),
    # Who stands in which line, in the order in which they are claimed.
    Index(
        "ix_run_pending",
        "engine",
        "is_internal",
        "organization_id",
        "rank",
        "ready_at",
        "run_id",
        sqlite_where=text("status = 'PENDING'"),
        postgresql_where=text("status = 'PENDING'"),
    ),
    Index(
        "ix_run_claimed",
        "claimed_until",
        sqlite_where=text("claim_token IS NOT NULL"),
        postgresql_where=text("claim_token IS NOT NULL"),
    ),
    # A handle is kept until its engine needs no watching any more, which may be after the end.
    Index(
        "ix_run_watched",
        "engine",
        sqlite_where=text("handle IS NOT NULL"),
        postgresql_where=text("handle IS NOT NULL"),
    ),
)

# Append-only record of every transition; `number` is the commit order within the organization.
event_row = Table(
    "event",
    metadata,
    _ref("organization_id", "organization.organization_id", primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("job_id", Id),
    Column("run_id", Id),
    _ref("user_id", "user_account.user_id", nullable=True),
    Column("facts", Json, nullable=False),
    Index("ix_event_run", "run_id", "number"),
    Index("ix_event_job", "job_id", "number"),
)

# A ring of samples per run: `slot` is the sample's number modulo the ring's size.
sample = Table(
    "sample",
    metadata,
    _ref("run_id", "run.run_id", primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("cpu", Float),  # cores
    Column("memory", BigInteger),  # bytes
    Column("gpu", Float),
    Column("disk", BigInteger),  # bytes in the work folder
    sqlite_with_rowid=False,
)

# The most of each that a run has used since its start: the ring forgets.
peak = Table(
    "peak",
    metadata,
    _ref("run_id", "run.run_id", primary_key=True),
    Column("cpu", Float),
    Column("memory", BigInteger),
    Column("gpu", Float),
    Column("disk", BigInteger),
    sqlite_with_rowid=False,
)

# How long the newest successful runs of one kind of work took, oldest first; never more than a few.
run_time = Table(
    "run_time",
    metadata,
    _ref("organization_id", "organization.organization_id", primary_key=True),
    Column("work", Text, primary_key=True),  # `domain/usual.py`
    Column("seconds", Json, nullable=False),
    sqlite_with_rowid=False,
)

# A name for what a list shows. A private view goes with its user's account (TRIGGERS); a shared one stays.
saved_view = Table(
    "saved_view",
    metadata,
    Column("view_id", Id, primary_key=True),
    _ref("organization_id", "organization.organization_id"),
    Column("kind", Text, _one_of("kind", ListKind), nullable=False),
    Column("owner_id", Id, ForeignKey("user_account.user_id", ondelete="SET NULL")),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),  # as typed into the search box
    Column("columns", Json),  # their names in order; null: as whoever looks has them
    Column("density", Text, _one_of("density", Density)),
    Column("shared", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    CheckConstraint("shared OR owner_id IS NOT NULL", name="private_has_owner"),
    UniqueConstraint("organization_id", "owner_id", "kind", "name"),
)

# --- logs: the records are in the LogStore, this is the index -------------------------------------

LOG_SOURCES = ("captured", "posted")

log_stream = Table(
    "log_source",
    metadata,
    _ref("run_id", "run.run_id", primary_key=True),
    Column("source", Text, _one_of("source", LOG_SOURCES), primary_key=True),
    Column("state", Json, nullable=False),  # of the record function: offsets, open lines, sections
    Column("bytes", BigInteger, nullable=False, server_default="0"),  # durable length of the file
    Column("lines", BigInteger, nullable=False, server_default="0"),
    Column("appends", BigInteger, nullable=False, server_default="0"),  # orders the writers
)

log_index = Table(
    "log_index",
    metadata,
    _ref("run_id", "run.run_id", primary_key=True),
    Column("source", Text, primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("offset", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    # Lines of these streams before this one; all others are of stdout.
    Column("stderr", BigInteger, nullable=False, server_default="0"),
    Column("setup", BigInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

log_section = Table(
    "log_section",
    metadata,
    _ref("run_id", "run.run_id", primary_key=True),
    Column("source", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("line", BigInteger, nullable=False),  # its first line
    Column("end_line", BigInteger),  # the first line after it
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

# What an operation need not do again, until its last step: store/checkpoints.py
checkpoint = Table(
    "checkpoint",
    metadata,
    _ref("run_id", "run.run_id", primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # what of it was done: the operation's own word
    Column("document_keys", Json, nullable=False),  # written, and nothing points to them yet
    Column("object_names", Json, nullable=False),  # stored, likewise
    Column("content", LargeBinary, nullable=False),  # what the operation wants to know of it
)

# --- what the tables alone cannot refuse ------------------------------------------------------------

FROZEN_WHEN_FINAL = ("status", "finished_at", "failure", "exit_code", "signal", "kept")

_changed_sqlite = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FROZEN_WHEN_FINAL)
_changed_postgresql = " OR ".join(
    f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FROZEN_WHEN_FINAL
)

TRIGGERS = {
    "sqlite": (
        f"""CREATE TRIGGER run_final_is_frozen BEFORE UPDATE ON run
        WHEN OLD.status IN {_FINAL_SQL} AND ({_changed_sqlite})
        BEGIN SELECT RAISE(ABORT, 'a final run is frozen'); END""",
        """CREATE TRIGGER event_is_append_only_u BEFORE UPDATE ON event
        BEGIN SELECT RAISE(ABORT, 'events are append only'); END""",
        """CREATE TRIGGER private_views_go_with_their_user BEFORE DELETE ON user_account
        BEGIN DELETE FROM saved_view WHERE owner_id = OLD.user_id AND NOT shared; END""",
        # Substring search over job names: candidates by trigram, rank by key (newest first).
        """CREATE VIRTUAL TABLE job_search USING fts5(
        name, target_name, content='job', content_rowid='job_key', tokenize='trigram')""",
        """CREATE TRIGGER job_search_insert AFTER INSERT ON job
        BEGIN INSERT INTO job_search(rowid, name, target_name)
        VALUES (NEW.job_key, NEW.name, NEW.target_name); END""",
        """CREATE TRIGGER job_search_update AFTER UPDATE OF name, target_name ON job
        BEGIN INSERT INTO job_search(job_search, rowid, name, target_name)
        VALUES ('delete', OLD.job_key, OLD.name, OLD.target_name);
        INSERT INTO job_search(rowid, name, target_name)
        VALUES (NEW.job_key, NEW.name, NEW.target_name); END""",
        """CREATE TRIGGER job_search_delete AFTER DELETE ON job
        BEGIN INSERT INTO job_search(job_search, rowid, name, target_name)
        VALUES ('delete', OLD.job_key, OLD.name, OLD.target_name); END""",
    ),
    "postgresql": (
        f"""CREATE FUNCTION run_final_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.status IN {_FINAL_SQL} AND ({_changed_postgresql}) THEN
                RAISE EXCEPTION 'a final run is frozen' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$""",
        """CREATE TRIGGER run_final_is_frozen BEFORE UPDATE ON run
        FOR EACH ROW EXECUTE FUNCTION run_final_is_frozen()""",
        """CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'events are append only' USING ERRCODE = 'integrity_constraint_violation';
        END $$""",
        """CREATE TRIGGER event_is_append_only_u BEFORE UPDATE ON event
        FOR EACH ROW EXECUTE FUNCTION event_is_append_only()""",
        """CREATE FUNCTION private_views_go_with_their_user() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM saved_view WHERE owner_id = OLD.user_id AND NOT shared;
            RETURN OLD;
        END $$""",
        """CREATE TRIGGER private_views_go_with_their_user BEFORE DELETE ON user_account
        FOR EACH ROW EXECUTE FUNCTION private_views_go_with_their_user()""",
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        """CREATE INDEX ix_job_search ON job
        USING gin (lower(name || ' ' || target_name) gin_trgm_ops)""",
    ),
}

for _dialect, _statements in TRIGGERS.items():
    for _statement in _statements:
        event.listen(
            metadata,
            "after_create",
            DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )
