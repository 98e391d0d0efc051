/** Where a delivery goes: an SFTP server, and the console beside it when it is a Sealift server. */

export interface HostKey {
  /** As SSH names it: `ssh-ed25519`, `rsa-sha2-512` keys say `ssh-rsa`. */
  readonly type: string;
  /** `SHA256:` and unpadded base64, as ssh-keygen prints it. */
  readonly sha256: string;
}

/** Where the SSH private key comes from. */
export type IdentitySource =
  | { readonly kind: 'file'; /** Shown name of the chosen key file. */ readonly name: string }
  | {
      readonly kind: 'stored';
      /** SHA-256 fingerprint of the public half. */ readonly sha256: string;
    };

export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Remote folder; empty means where the login lands. */
  readonly directory: string;
  readonly identity: IdentitySource;
  readonly hasPassphrase: boolean;
  /** Pinned on first use. */
  readonly hostKey?: HostKey;
  /** The console API of a Sealift server beside this SFTP server. */
  readonly console?: { readonly url: string; readonly account: string };
  /** True for the connection that Practice made. */
  readonly practice: boolean;
}

/** A step of the connection test, in order. */
export interface ProbeStep {
  readonly step: 'resolve' | 'connect' | 'host-key' | 'login' | 'folder' | 'space';
  readonly state: 'ok' | 'failed' | 'skipped';
  readonly detail: string;
}
