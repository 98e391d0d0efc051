/** What a Sealift server keeps for an account, as its owner sees it: sources, and the keys that are registered. */

/** An SFTP server of the customer from which the platform fetches. */
export interface Source {
  readonly id: string;
  /** `sftp://user@host[:port]/folder` */
  readonly url: string;
  /** As ssh-keygen prints it, `SHA256:…`. */
  readonly hostKeySha256: string;
  /** Which manifests are meant: `*` stands for any text, `?` for one character; null: all. */
  readonly pattern: string | null;
  /** Null: only when told. */
  readonly cron: string | null;
  /** IANA name; null: UTC. */
  readonly timeZone: string | null;
  /** The line that the customer's server has to authorise. */
  readonly publicKey: string;
  readonly running: boolean;
  readonly lastRun: SourceRun | null;
}

/** How the last visit to a source ended. */
export interface SourceRun {
  /** ISO 8601. */
  readonly at: string;
  /** Manifests that were taken. */
  readonly fetched: number;
  readonly problem: string | null;
}

/** An SSH key that may log in to the account. */
export interface RegisteredSshKey {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly sha256: string;
  readonly createdAt: string;
}

/** A key set as a list of the platform names it. */
export interface RegisteredKeySet {
  readonly keyId: string;
  readonly fingerprint: string;
  readonly userId: string;
  readonly createdAt: string;
}

/** How many keys an account has room for. */
export const ACCOUNT_LIMITS = { sshKeys: 10, keySets: 20 } as const;
