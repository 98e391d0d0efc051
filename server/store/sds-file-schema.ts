/** The tables of SDS files. Content lies in the content store; what opens it lies here, sealed. */
export const SDS_FILE_TABLES: readonly string[] = [
  // `sealed_about`: name, description, URL and tags. `sealed_content`: key and size, once COMPLETED.
  // `failure`: why it FAILED. `holds_content`: whether the content store may have something of it.
  // `receiver`: the data folder of the server that receives it, which tells so by `alive_at`.
  `CREATE TABLE sds_files (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES sds_tenants,
    vault_id uuid NOT NULL REFERENCES sds_vaults,
    type text NOT NULL CHECK (type IN ('FILE', 'URL')),
    status text NOT NULL CHECK (status IN ('PENDING', 'COMPLETED', 'FAILED')),
    failure text,
    sealed_about bytea NOT NULL,
    name_hash bytea NOT NULL,
    sealed_content bytea,
    sealed_callback bytea,
    holds_content boolean NOT NULL,
    receiver text NOT NULL,
    alive_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((status = 'FAILED') = (failure IS NOT NULL)),
    CHECK ((type = 'FILE' AND status = 'COMPLETED') = (sealed_content IS NOT NULL)))`,
  `CREATE INDEX sds_files_vault ON sds_files (vault_id, id)`,
  `CREATE INDEX sds_files_name ON sds_files (vault_id, name_hash, id)`,
  `CREATE INDEX sds_files_pending ON sds_files (receiver) WHERE status = 'PENDING'`,
  `CREATE INDEX sds_files_left ON sds_files (id) WHERE status = 'FAILED' AND holds_content`,
  `CREATE TABLE sds_file_tags (
    file_id uuid NOT NULL REFERENCES sds_files ON DELETE CASCADE,
    vault_id uuid NOT NULL,
    key_hash bytea NOT NULL,
    pair_hash bytea NOT NULL,
    PRIMARY KEY (file_id, key_hash))`,
  `CREATE INDEX sds_file_tags_key ON sds_file_tags (vault_id, key_hash, file_id)`,
  `CREATE INDEX sds_file_tags_pair ON sds_file_tags (vault_id, pair_hash, file_id)`,
  `CREATE TABLE sds_file_callbacks (
    file_id uuid PRIMARY KEY REFERENCES sds_files ON DELETE CASCADE,
    failures int NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now())`,
  // Deleted files of which the content store may still have something.
  `CREATE TABLE sds_file_removals (file_id uuid PRIMARY KEY)`,
  `CREATE INDEX sds_file_callbacks_due ON sds_file_callbacks (due_at)`,
];
