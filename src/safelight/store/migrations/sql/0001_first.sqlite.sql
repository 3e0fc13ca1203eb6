CREATE TABLE installation (
    one INTEGER NOT NULL CONSTRAINT ck_installation_single CHECK (one = 1),
    salt INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_installation PRIMARY KEY (one)
)

CREATE TABLE organization (
    organization_id BLOB NOT NULL,
    name TEXT NOT NULL,
    connector_id BLOB NOT NULL,
    event_seq BIGINT DEFAULT '0' NOT NULL,
    label_seq BIGINT DEFAULT '0' NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_organization PRIMARY KEY (organization_id),
    CONSTRAINT uq_organization_name UNIQUE (name)
)

CREATE TABLE user_account (
    user_id BLOB NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_user_account PRIMARY KEY (user_id),
    CONSTRAINT uq_user_account_name UNIQUE (name)
)

CREATE TABLE data_source (
    data_source_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_data_source PRIMARY KEY (data_source_id),
    CONSTRAINT uq_data_source_organization_id_name UNIQUE (organization_id, name),
    CONSTRAINT fk_data_source_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id)
)

CREATE TABLE datalake (
    datalake_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_datalake PRIMARY KEY (datalake_id),
    CONSTRAINT uq_datalake_organization_id_name UNIQUE (organization_id, name),
    CONSTRAINT fk_datalake_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id)
)

CREATE TABLE dataset (
    dataset_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    created_by BLOB,
    created_at BIGINT NOT NULL,
    removed_at BIGINT,
    CONSTRAINT pk_dataset PRIMARY KEY (dataset_id),
    CONSTRAINT fk_dataset_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_dataset_created_by FOREIGN KEY(created_by) REFERENCES user_account (user_id)
)

CREATE UNIQUE INDEX uq_dataset_name ON dataset (organization_id, name) WHERE removed_at IS NULL

CREATE TABLE document (
    document_key INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    organization_id BLOB NOT NULL,
    counts TEXT,
    shapes INTEGER DEFAULT '0' NOT NULL,
    content BLOB NOT NULL,
    CONSTRAINT fk_document_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id)
)

CREATE TABLE event (
    organization_id BLOB NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    job_id BLOB,
    run_id BLOB,
    user_id BLOB,
    facts TEXT NOT NULL,
    CONSTRAINT pk_event PRIMARY KEY (organization_id, number),
    CONSTRAINT fk_event_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_event_user_id FOREIGN KEY(user_id) REFERENCES user_account (user_id)
)

CREATE INDEX ix_event_job ON event (job_id, number)

CREATE INDEX ix_event_run ON event (run_id, number)

CREATE TABLE membership (
    organization_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    role TEXT NOT NULL CONSTRAINT ck_membership_role CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    CONSTRAINT pk_membership PRIMARY KEY (organization_id, user_id),
    CONSTRAINT fk_membership_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_membership_user_id FOREIGN KEY(user_id) REFERENCES user_account (user_id)
)

CREATE INDEX ix_membership_user ON membership (user_id)

CREATE TABLE model (
    model_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    is_public BOOLEAN DEFAULT false NOT NULL,
    created_by BLOB,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_model PRIMARY KEY (model_id),
    CONSTRAINT uq_model_organization_id_name UNIQUE (organization_id, name),
    CONSTRAINT fk_model_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_model_created_by FOREIGN KEY(created_by) REFERENCES user_account (user_id)
)

CREATE TABLE package (
    organization_id BLOB NOT NULL,
    package_hash TEXT NOT NULL,
    object_name TEXT NOT NULL,
    manifest TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_by BLOB,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_package PRIMARY KEY (organization_id, package_hash),
    CONSTRAINT fk_package_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_package_created_by FOREIGN KEY(created_by) REFERENCES user_account (user_id)
)

CREATE TABLE processing (
    processing_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    name TEXT NOT NULL,
    is_public BOOLEAN NOT NULL,
    target TEXT NOT NULL CONSTRAINT ck_processing_target CHECK (target IN ('DATASET_VERSION', 'DATALAKE', 'MODEL_VERSION', 'EXPERIMENT')),
    type TEXT,
    description TEXT DEFAULT '' NOT NULL,
    package_hash TEXT,
    docker_image TEXT,
    docker_tag TEXT,
    docker_flags TEXT,
    default_cpu FLOAT,
    default_gpu INTEGER,
    default_memory BIGINT,
    default_timeout_s FLOAT,
    default_parameters TEXT NOT NULL,
    parameters TEXT NOT NULL,
    created_by BLOB,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT pk_processing PRIMARY KEY (processing_id),
    CONSTRAINT ck_processing_one_source CHECK (package_hash IS NULL OR docker_image IS NULL),
    CONSTRAINT uq_processing_organization_id_name UNIQUE (organization_id, name),
    CONSTRAINT fk_processing_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_processing_created_by FOREIGN KEY(created_by) REFERENCES user_account (user_id)
)

CREATE TABLE project (
    project_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    created_by BLOB,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_project PRIMARY KEY (project_id),
    CONSTRAINT uq_project_organization_id_name UNIQUE (organization_id, name),
    CONSTRAINT fk_project_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_project_created_by FOREIGN KEY(created_by) REFERENCES user_account (user_id)
)

CREATE TABLE session (
    session_hash BLOB NOT NULL,
    user_id BLOB NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_session_kind CHECK (kind IN ('session', 'link')),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT pk_session PRIMARY KEY (session_hash),
    CONSTRAINT fk_session_user_id FOREIGN KEY(user_id) REFERENCES user_account (user_id)
)

CREATE TABLE stored_object (
    object_name TEXT NOT NULL,
    organization_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_stored_object_state CHECK (state IN ('issued', 'uploading', 'stored', 'removed')),
    content_type TEXT,
    size BIGINT,
    upload_id TEXT,
    context TEXT,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_stored_object PRIMARY KEY (object_name),
    CONSTRAINT fk_stored_object_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id)
)

CREATE TABLE tag (
    tag_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    target_type TEXT NOT NULL CONSTRAINT ck_tag_target_type CHECK (target_type IN ('DATA', 'ASSET', 'MODEL_VERSION', 'MODEL', 'DATASET_VERSION', 'DATASET', 'DEPLOYMENT', 'PREDICTED_ASSET')),
    owner_id BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_tag PRIMARY KEY (tag_id),
    CONSTRAINT uq_tag_owner_id_target_type_name UNIQUE (owner_id, target_type, name),
    CONSTRAINT fk_tag_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id)
)

CREATE TABLE data (
    data_key INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    data_id BLOB NOT NULL,
    datalake_id BLOB NOT NULL,
    object_name TEXT,
    filename TEXT NOT NULL,
    type TEXT NOT NULL CONSTRAINT ck_data_type CHECK (type IN ('IMAGE', 'VIDEO')),
    content_type TEXT NOT NULL,
    status TEXT NOT NULL CONSTRAINT ck_data_status CHECK (status IN ('PENDING', 'COMPUTING', 'ERROR', 'DONE')),
    width INTEGER,
    height INTEGER,
    size BIGINT,
    sha256 BLOB,
    metadata TEXT,
    custom_metadata TEXT,
    data_source_id BLOB,
    created_by BLOB,
    created_at BIGINT NOT NULL,
    CONSTRAINT uq_data_data_id UNIQUE (data_id),
    CONSTRAINT fk_data_datalake_id FOREIGN KEY(datalake_id) REFERENCES datalake (datalake_id),
    CONSTRAINT uq_data_object_name UNIQUE (object_name),
    CONSTRAINT fk_data_object_name FOREIGN KEY(object_name) REFERENCES stored_object (object_name),
    CONSTRAINT fk_data_data_source_id FOREIGN KEY(data_source_id) REFERENCES data_source (data_source_id),
    CONSTRAINT fk_data_created_by FOREIGN KEY(created_by) REFERENCES user_account (user_id)
)

CREATE INDEX ix_data_filename ON data (filename, datalake_id)

CREATE INDEX ix_data_newest ON data (datalake_id, data_key)

CREATE TABLE dataset_version (
    version_key INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    version_id BLOB NOT NULL,
    dataset_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    type TEXT NOT NULL CONSTRAINT ck_dataset_version_type CHECK (type IN ('NOT_CONFIGURED', 'CLASSIFICATION', 'OBJECT_DETECTION', 'SEGMENTATION', 'POINT', 'KEYPOINT', 'LINE', 'MASK', 'MULTI')),
    labels_key INTEGER,
    asset_count INTEGER DEFAULT '0' NOT NULL,
    locked_by BLOB,
    locked_at BIGINT,
    forked_from BLOB,
    created_by BLOB,
    created_at BIGINT NOT NULL,
    removed_at BIGINT,
    CONSTRAINT ck_dataset_version_lock CHECK ((locked_by IS NULL) = (locked_at IS NULL)),
    CONSTRAINT uq_dataset_version_version_id UNIQUE (version_id),
    CONSTRAINT fk_dataset_version_dataset_id FOREIGN KEY(dataset_id) REFERENCES dataset (dataset_id),
    CONSTRAINT fk_dataset_version_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_dataset_version_labels_key FOREIGN KEY(labels_key) REFERENCES document (document_key),
    CONSTRAINT fk_dataset_version_locked_by FOREIGN KEY(locked_by) REFERENCES user_account (user_id),
    CONSTRAINT fk_dataset_version_forked_from FOREIGN KEY(forked_from) REFERENCES dataset_version (version_id),
    CONSTRAINT fk_dataset_version_created_by FOREIGN KEY(created_by) REFERENCES user_account (user_id)
)

CREATE UNIQUE INDEX uq_dataset_version_name ON dataset_version (dataset_id, name) WHERE removed_at IS NULL

CREATE TABLE job (
    job_key INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    job_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    type TEXT NOT NULL CONSTRAINT ck_job_type CHECK (type IN ('PROCESSING', 'TRAINING', 'INTERNAL')),
    operation TEXT NOT NULL,
    name TEXT NOT NULL,
    target_type TEXT CONSTRAINT ck_job_target_type CHECK (target_type IN ('DATASET_VERSION', 'DATALAKE', 'MODEL_VERSION', 'EXPERIMENT')),
    target_id BLOB,
    target_name TEXT DEFAULT '' NOT NULL,
    target_path TEXT,
    processing_id BLOB,
    latest_run_id BLOB,
    status TEXT NOT NULL CONSTRAINT ck_job_status CHECK (status IN ('PENDING', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'KILLED')),
    triggered_at BIGINT NOT NULL,
    triggered_by BLOB NOT NULL,
    idempotency_key TEXT,
    created_at BIGINT NOT NULL,
    CONSTRAINT ck_job_target CHECK ((target_type IS NULL) = (target_id IS NULL)),
    CONSTRAINT uq_job_job_id UNIQUE (job_id),
    CONSTRAINT fk_job_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_job_processing_id FOREIGN KEY(processing_id) REFERENCES processing (processing_id),
    CONSTRAINT fk_job_triggered_by FOREIGN KEY(triggered_by) REFERENCES user_account (user_id)
)

CREATE INDEX ix_job_newest ON job (organization_id, triggered_at, job_key)

CREATE INDEX ix_job_status_newest ON job (organization_id, status, triggered_at, job_key)

CREATE INDEX ix_job_target_newest ON job (target_id, triggered_at, job_key)

CREATE INDEX ix_job_type_newest ON job (organization_id, type, triggered_at, job_key)

CREATE INDEX ix_job_user_newest ON job (organization_id, triggered_by, triggered_at, job_key)

CREATE UNIQUE INDEX uq_job_idempotency ON job (organization_id, idempotency_key) WHERE idempotency_key IS NOT NULL

CREATE TABLE model_version (
    model_version_id BLOB NOT NULL,
    model_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    type TEXT NOT NULL CONSTRAINT ck_model_version_type CHECK (type IN ('NOT_CONFIGURED', 'CLASSIFICATION', 'OBJECT_DETECTION', 'SEGMENTATION', 'POINT', 'KEYPOINT', 'LINE', 'MASK', 'MULTI')),
    framework TEXT DEFAULT 'NOT_CONFIGURED' NOT NULL,
    package_hash TEXT,
    docker_image TEXT,
    docker_tag TEXT,
    docker_flags TEXT,
    docker_env TEXT,
    default_cpu FLOAT,
    default_gpu INTEGER,
    default_memory BIGINT,
    default_timeout_s FLOAT,
    parameter_rules TEXT NOT NULL,
    labels TEXT,
    parameters TEXT NOT NULL,
    created_by BLOB,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT pk_model_version PRIMARY KEY (model_version_id),
    CONSTRAINT ck_model_version_one_source CHECK (package_hash IS NULL OR docker_image IS NULL),
    CONSTRAINT uq_model_version_model_id_number UNIQUE (model_id, number),
    CONSTRAINT uq_model_version_model_id_name UNIQUE (model_id, name),
    CONSTRAINT fk_model_version_model_id FOREIGN KEY(model_id) REFERENCES model (model_id),
    CONSTRAINT fk_model_version_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_model_version_created_by FOREIGN KEY(created_by) REFERENCES user_account (user_id)
)

CREATE TABLE object_tag (
    object_id BLOB NOT NULL,
    tag_id BLOB NOT NULL,
    CONSTRAINT pk_object_tag PRIMARY KEY (object_id, tag_id),
    CONSTRAINT fk_object_tag_tag_id FOREIGN KEY(tag_id) REFERENCES tag (tag_id) ON DELETE CASCADE
)

CREATE TABLE processing_input (
    processing_id BLOB NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    input_type TEXT NOT NULL,
    required BOOLEAN NOT NULL,
    inference_type_constraint TEXT,
    framework_constraint TEXT,
    CONSTRAINT pk_processing_input PRIMARY KEY (processing_id, name),
    CONSTRAINT fk_processing_input_processing_id FOREIGN KEY(processing_id) REFERENCES processing (processing_id) ON DELETE CASCADE
)

CREATE TABLE asset (
    asset_key INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    version_key INTEGER NOT NULL,
    data_key INTEGER NOT NULL,
    document_key INTEGER,
    next_annotation INTEGER DEFAULT '1' NOT NULL,
    next_shape INTEGER DEFAULT '1' NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT uq_asset_version_key_data_key UNIQUE (version_key, data_key),
    CONSTRAINT fk_asset_version_key FOREIGN KEY(version_key) REFERENCES dataset_version (version_key),
    CONSTRAINT fk_asset_data_key FOREIGN KEY(data_key) REFERENCES data (data_key),
    CONSTRAINT fk_asset_document_key FOREIGN KEY(document_key) REFERENCES document (document_key)
)

CREATE INDEX ix_asset_data ON asset (data_key)

CREATE INDEX ix_asset_document ON asset (document_key)

CREATE INDEX ix_asset_newest ON asset (version_key, asset_key)

CREATE TABLE data_tag (
    data_key INTEGER NOT NULL,
    tag_id BLOB NOT NULL,
    CONSTRAINT pk_data_tag PRIMARY KEY (data_key, tag_id),
    CONSTRAINT fk_data_tag_data_key FOREIGN KEY(data_key) REFERENCES data (data_key) ON DELETE CASCADE,
    CONSTRAINT fk_data_tag_tag_id FOREIGN KEY(tag_id) REFERENCES tag (tag_id) ON DELETE CASCADE
)

CREATE INDEX ix_data_tag_tag ON data_tag (tag_id)

CREATE TABLE experiment (
    experiment_id BLOB NOT NULL,
    project_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    status TEXT NOT NULL CONSTRAINT ck_experiment_status CHECK (status IN ('WAITING', 'RUNNING', 'CANCELED', 'TERMINATED', 'FAILED', 'SUCCESS')),
    base_model_version_id BLOB,
    base_experiment_id BLOB,
    created_by BLOB,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_experiment PRIMARY KEY (experiment_id),
    CONSTRAINT uq_experiment_project_id_name UNIQUE (project_id, name),
    CONSTRAINT fk_experiment_project_id FOREIGN KEY(project_id) REFERENCES project (project_id),
    CONSTRAINT fk_experiment_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_experiment_base_model_version_id FOREIGN KEY(base_model_version_id) REFERENCES model_version (model_version_id),
    CONSTRAINT fk_experiment_base_experiment_id FOREIGN KEY(base_experiment_id) REFERENCES experiment (experiment_id),
    CONSTRAINT fk_experiment_created_by FOREIGN KEY(created_by) REFERENCES user_account (user_id)
)

CREATE TABLE model_file (
    model_file_id BLOB NOT NULL,
    model_version_id BLOB NOT NULL,
    name TEXT NOT NULL,
    filename TEXT NOT NULL,
    object_name TEXT NOT NULL,
    large BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_model_file PRIMARY KEY (model_file_id),
    CONSTRAINT uq_model_file_model_version_id_name UNIQUE (model_version_id, name),
    CONSTRAINT fk_model_file_model_version_id FOREIGN KEY(model_version_id) REFERENCES model_version (model_version_id),
    CONSTRAINT fk_model_file_object_name FOREIGN KEY(object_name) REFERENCES stored_object (object_name)
)

CREATE TABLE run (
    run_id BLOB NOT NULL,
    job_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    status TEXT NOT NULL CONSTRAINT ck_run_status CHECK (status IN ('PENDING', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'KILLED')),
    engine TEXT NOT NULL,
    parameters TEXT NOT NULL,
    inputs TEXT NOT NULL,
    resources TEXT NOT NULL,
    source TEXT NOT NULL,
    secrets BLOB,
    snapshot TEXT,
    triggered_by BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    queued_at BIGINT,
    started_at BIGINT,
    finished_at BIGINT,
    claim_token BLOB,
    claimed_until BIGINT,
    runner_token_hash BLOB,
    handle TEXT,
    seen_at BIGINT,
    alive_until BIGINT,
    stop_requested_at BIGINT,
    stop_requested_by BLOB,
    stop_grace_s FLOAT,
    declared TEXT CONSTRAINT ck_run_declared CHECK (declared IN ('succeed', 'fail')),
    declared_at BIGINT,
    exit_code INTEGER,
    signal INTEGER,
    failure TEXT,
    kept BOOLEAN DEFAULT false NOT NULL,
    result TEXT,
    progress TEXT,
    progress_at BIGINT,
    progress_reported BOOLEAN DEFAULT false NOT NULL,
    log_lines BIGINT DEFAULT '0' NOT NULL,
    log_bytes BIGINT DEFAULT '0' NOT NULL,
    log_completed_at BIGINT,
    CONSTRAINT pk_run PRIMARY KEY (run_id),
    CONSTRAINT uq_run_job_id_number UNIQUE (job_id, number),
    CONSTRAINT ck_run_finished CHECK ((finished_at IS NOT NULL) = (status IN ('FAILED', 'KILLED', 'SUCCEEDED'))),
    CONSTRAINT ck_run_failure CHECK ((failure IS NOT NULL) = (status = 'FAILED')),
    CONSTRAINT ck_run_started CHECK (status != 'RUNNING' OR started_at IS NOT NULL),
    CONSTRAINT ck_run_claim CHECK (claim_token IS NULL OR status = 'PENDING'),
    CONSTRAINT fk_run_job_id FOREIGN KEY(job_id) REFERENCES job (job_id),
    CONSTRAINT fk_run_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_run_triggered_by FOREIGN KEY(triggered_by) REFERENCES user_account (user_id),
    CONSTRAINT uq_run_runner_token_hash UNIQUE (runner_token_hash),
    CONSTRAINT fk_run_stop_requested_by FOREIGN KEY(stop_requested_by) REFERENCES user_account (user_id)
)

CREATE INDEX ix_run_live ON run (status, created_at) WHERE status IN ('PENDING', 'QUEUED', 'RUNNING')

CREATE INDEX ix_run_watched ON run (engine) WHERE handle IS NOT NULL

CREATE UNIQUE INDEX uq_run_one_live ON run (job_id) WHERE status IN ('PENDING', 'QUEUED', 'RUNNING')

CREATE TABLE artifact (
    artifact_id BLOB NOT NULL,
    experiment_id BLOB NOT NULL,
    name TEXT NOT NULL,
    filename TEXT NOT NULL,
    object_name TEXT NOT NULL,
    large BOOLEAN NOT NULL,
    run_id BLOB,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_artifact PRIMARY KEY (artifact_id),
    CONSTRAINT uq_artifact_experiment_id_name UNIQUE (experiment_id, name),
    CONSTRAINT fk_artifact_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiment (experiment_id),
    CONSTRAINT fk_artifact_object_name FOREIGN KEY(object_name) REFERENCES stored_object (object_name),
    CONSTRAINT fk_artifact_run_id FOREIGN KEY(run_id) REFERENCES run (run_id)
)

CREATE TABLE asset_tag (
    asset_key INTEGER NOT NULL,
    tag_id BLOB NOT NULL,
    CONSTRAINT pk_asset_tag PRIMARY KEY (asset_key, tag_id),
    CONSTRAINT fk_asset_tag_asset_key FOREIGN KEY(asset_key) REFERENCES asset (asset_key) ON DELETE CASCADE,
    CONSTRAINT fk_asset_tag_tag_id FOREIGN KEY(tag_id) REFERENCES tag (tag_id) ON DELETE CASCADE
)

CREATE INDEX ix_asset_tag_tag ON asset_tag (tag_id)

CREATE TABLE change_set (
    change_set_key INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    organization_id BLOB NOT NULL,
    version_key INTEGER,
    run_id BLOB,
    user_id BLOB,
    kind TEXT NOT NULL,
    labels_before INTEGER,
    labels_after INTEGER,
    created_at BIGINT NOT NULL,
    CONSTRAINT fk_change_set_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_change_set_version_key FOREIGN KEY(version_key) REFERENCES dataset_version (version_key),
    CONSTRAINT fk_change_set_run_id FOREIGN KEY(run_id) REFERENCES run (run_id),
    CONSTRAINT fk_change_set_user_id FOREIGN KEY(user_id) REFERENCES user_account (user_id)
)

CREATE INDEX ix_change_set_version ON change_set (version_key, change_set_key)

CREATE UNIQUE INDEX uq_change_set_run ON change_set (run_id, version_key, kind) WHERE run_id IS NOT NULL

CREATE TABLE experiment_dataset (
    experiment_id BLOB NOT NULL,
    alias TEXT NOT NULL,
    version_id BLOB NOT NULL,
    CONSTRAINT pk_experiment_dataset PRIMARY KEY (experiment_id, alias),
    CONSTRAINT fk_experiment_dataset_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiment (experiment_id),
    CONSTRAINT fk_experiment_dataset_version_id FOREIGN KEY(version_id) REFERENCES dataset_version (version_id)
)

CREATE TABLE log_index (
    run_id BLOB NOT NULL,
    source TEXT NOT NULL,
    line BIGINT NOT NULL,
    "offset" BIGINT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_log_index PRIMARY KEY (run_id, source, line),
    CONSTRAINT fk_log_index_run_id FOREIGN KEY(run_id) REFERENCES run (run_id)
)
 WITHOUT ROWID

CREATE TABLE log_section (
    run_id BLOB NOT NULL,
    source TEXT NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    line BIGINT NOT NULL,
    end_line BIGINT,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT pk_log_section PRIMARY KEY (run_id, source, number),
    CONSTRAINT fk_log_section_run_id FOREIGN KEY(run_id) REFERENCES run (run_id)
)

CREATE TABLE log_source (
    run_id BLOB NOT NULL,
    source TEXT NOT NULL CONSTRAINT ck_log_source_source CHECK (source IN ('captured', 'posted')),
    state TEXT NOT NULL,
    bytes BIGINT DEFAULT '0' NOT NULL,
    lines BIGINT DEFAULT '0' NOT NULL,
    appends BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_log_source PRIMARY KEY (run_id, source),
    CONSTRAINT fk_log_source_run_id FOREIGN KEY(run_id) REFERENCES run (run_id)
)

CREATE TABLE metric (
    metric_id BLOB NOT NULL,
    experiment_id BLOB NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL CONSTRAINT ck_metric_type CHECK (type IN ('VALUE', 'IMAGE', 'LINE', 'TABLE', 'BAR', 'HEATMAP', 'LABELMAP', 'EVALUATION')),
    data TEXT,
    points INTEGER DEFAULT '0' NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT pk_metric PRIMARY KEY (metric_id),
    CONSTRAINT uq_metric_experiment_id_name UNIQUE (experiment_id, name),
    CONSTRAINT fk_metric_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiment (experiment_id)
)

CREATE TABLE sample (
    run_id BLOB NOT NULL,
    slot INTEGER NOT NULL,
    at BIGINT NOT NULL,
    cpu FLOAT,
    memory BIGINT,
    gpu FLOAT,
    disk BIGINT,
    CONSTRAINT pk_sample PRIMARY KEY (run_id, slot),
    CONSTRAINT fk_sample_run_id FOREIGN KEY(run_id) REFERENCES run (run_id)
)
 WITHOUT ROWID

CREATE TABLE token (
    token_id BLOB NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_token_kind CHECK (kind IN ('api', 'script')),
    token_hash BLOB NOT NULL,
    user_id BLOB NOT NULL,
    organization_id BLOB,
    run_id BLOB,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    CONSTRAINT pk_token PRIMARY KEY (token_id),
    CONSTRAINT ck_token_script_has_run CHECK ((kind = 'script') = (run_id IS NOT NULL)),
    CONSTRAINT uq_token_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_token_user_id FOREIGN KEY(user_id) REFERENCES user_account (user_id),
    CONSTRAINT fk_token_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id),
    CONSTRAINT fk_token_run_id FOREIGN KEY(run_id) REFERENCES run (run_id)
)

CREATE INDEX ix_token_run ON token (run_id)

CREATE INDEX ix_token_user ON token (user_id)

CREATE TABLE asset_change (
    change_set_key INTEGER NOT NULL,
    asset_key INTEGER NOT NULL,
    data_key INTEGER NOT NULL,
    existed_before BOOLEAN NOT NULL,
    exists_after BOOLEAN NOT NULL,
    document_before INTEGER,
    document_after INTEGER,
    CONSTRAINT pk_asset_change PRIMARY KEY (change_set_key, asset_key),
    CONSTRAINT fk_asset_change_change_set_key FOREIGN KEY(change_set_key) REFERENCES change_set (change_set_key)
)
 WITHOUT ROWID

CREATE TABLE metric_point (
    metric_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    value TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_metric_point PRIMARY KEY (metric_id, position),
    CONSTRAINT fk_metric_point_metric_id FOREIGN KEY(metric_id) REFERENCES metric (metric_id)
)
 WITHOUT ROWID

CREATE TRIGGER run_final_is_frozen BEFORE UPDATE ON run
        WHEN OLD.status IN ('FAILED', 'KILLED', 'SUCCEEDED') AND (NEW.status IS NOT OLD.status OR NEW.finished_at IS NOT OLD.finished_at OR NEW.failure IS NOT OLD.failure OR NEW.exit_code IS NOT OLD.exit_code OR NEW.signal IS NOT OLD.signal OR NEW.kept IS NOT OLD.kept)
        BEGIN SELECT RAISE(ABORT, 'a final run is frozen'); END

CREATE TRIGGER event_is_append_only_u BEFORE UPDATE ON event
        BEGIN SELECT RAISE(ABORT, 'events are append only'); END

CREATE VIRTUAL TABLE job_search USING fts5(
        name, target_name, content='job', content_rowid='job_key', tokenize='trigram')

CREATE TRIGGER job_search_insert AFTER INSERT ON job
        BEGIN INSERT INTO job_search(rowid, name, target_name)
        VALUES (NEW.job_key, NEW.name, NEW.target_name); END

CREATE TRIGGER job_search_update AFTER UPDATE OF name, target_name ON job
        BEGIN INSERT INTO job_search(job_search, rowid, name, target_name)
        VALUES ('delete', OLD.job_key, OLD.name, OLD.target_name);
        INSERT INTO job_search(rowid, name, target_name)
        VALUES (NEW.job_key, NEW.name, NEW.target_name); END

CREATE TRIGGER job_search_delete AFTER DELETE ON job
        BEGIN INSERT INTO job_search(job_search, rowid, name, target_name)
        VALUES ('delete', OLD.job_key, OLD.name, OLD.target_name); END
