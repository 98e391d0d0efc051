/** What the command line of `send` says. */
import type { ImportType } from '../../../shared/domain/manifest.ts';
import type { Compression } from '../../seal/seal.ts';
import type { ProfileOptions } from '../profile-keys.ts';

export interface SendOptions extends ProfileOptions {
  readonly manifest?: readonly string[];
  readonly to: string;
  readonly identity: string;
  readonly identityPassphraseFile?: string;
  readonly knownHosts?: string;
  readonly acceptNewHostKey?: boolean;
  readonly recipient: string;
  readonly keyId?: string;
  readonly type?: ImportType;
  readonly email?: string;
  readonly acceptRejected?: boolean;
  readonly convert?: boolean;
  readonly overwrite?: boolean;
  readonly compress: Compression;
  readonly maxSealedBytes: number;
}
