/** The tables of SDS. What must hold under races is a constraint here, or a row lock on the vault. */
export const SDS_TABLES: readonly string[] = [
  `CREATE TABLE sds_tenants (
    id text PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    client_id text NOT NULL UNIQUE,
    sealed_secret bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE sds_apps (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES sds_tenants,
    name text NOT NULL,
    sealed_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, name))`,
  `CREATE TABLE sds_vaults (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES sds_tenants,
    name text NOT NULL,
    owner_id uuid NOT NULL REFERENCES sds_apps,
    read_limit int NOT NULL CHECK (read_limit BETWEEN 1 AND 50),
    unique_data boolean NOT NULL,
    enabled boolean NOT NULL,
    strict_signature boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, name))`,
  `CREATE INDEX sds_vaults_owner ON sds_vaults (owner_id)`,
  `CREATE TABLE sds_permissions (
    vault_id uuid NOT NULL REFERENCES sds_vaults,
    app_id uuid NOT NULL REFERENCES sds_apps,
    permission text NOT NULL CHECK (permission IN ('110', '101', '100', '010', '001', '000')),
    PRIMARY KEY (vault_id, app_id))`,
  `CREATE INDEX sds_permissions_app ON sds_permissions (app_id)`,
  // `unique_hash`: set exactly while the vault has unique_data.
  `CREATE TABLE sds_records (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES sds_tenants,
    vault_id uuid NOT NULL REFERENCES sds_vaults,
    sealed_data bytea NOT NULL,
    sealed_meta bytea,
    unique_hash bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (vault_id, unique_hash))`,
  // What is sealed does not compress: trying costs time.
  `ALTER TABLE sds_records ALTER COLUMN sealed_data SET STORAGE EXTERNAL,
    ALTER COLUMN sealed_meta SET STORAGE EXTERNAL`,
  `CREATE INDEX sds_records_vault ON sds_records (vault_id, id)`,
  `CREATE TABLE sds_request_ids (
    app_id uuid NOT NULL REFERENCES sds_apps,
    request_id text NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (app_id, request_id))`,
  `CREATE INDEX sds_request_ids_age ON sds_request_ids (accepted_at)`,
];
