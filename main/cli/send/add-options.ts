/** The options that `send` and `watch` have in common. */
import type { Command } from 'commander';
import { DEFAULT_HABITS } from '../../../shared/domain/connection.ts';
import { LIMITS } from '../../../shared/domain/manifest.ts';
import type { Verification } from '../../delivery/upload.ts';
import { CLI_BACK_OFF } from '../../jobs/back-off.ts';
import {
  LIMIT_RATE_OPTION,
  oneOf,
  parseSendCompression,
  parseEmail,
  parseKeyId,
  parseRetries,
  parseSealedLimit,
  parseSeconds,
} from '../command-line.ts';
import { CONVERT_HELP, IMPORT_TYPES } from '../first-manifest.ts';
import { MASTER_PASSWORD_OPTION } from '../profile-keys.ts';

const parseVerified = oneOf(['size', 'content'] as const);
const parseVerification = (value: string): Verification =>
  parseVerified(value) === 'content' ? 'sha256' : 'size';

export function addSendOptions(command: Command): Command {
  command.requiredOption(
    '--to <url>',
    'sftp://USER@HOST:PORT/DIR; /~/DIR begins where the login lands',
  );
  return addLoginOptions(command)
    .option('--known-hosts <file>', 'known host keys (default: those accepted in this profile)')
    .option('--accept-new-host-key', 'trust and remember the key of a host that is not known yet')
    .requiredOption('--recipient <key>', 'public key file, or fingerprint of a stored key set')
    .option('--key-id <uuid>', 'Key ID of the key set on the platform', parseKeyId)
    .option('--type <type>', 'event or profile, when there is no manifest', oneOf(IMPORT_TYPES))
    .option('--email <address>', 'gets the mails, when there is no manifest', parseEmail)
    .option('--accept-rejected', 'send although the platform will reject some of the rows')
    .option('--convert', CONVERT_HELP)
    .option('--overwrite', 'replace files of the same names on the server')
    .option(
      '--compress <level>',
      'auto (harder where the line is slow), none, or 1 (fastest) to 9',
      parseSendCompression,
      'auto',
    )
    .option(
      '--max-sealed-bytes <n>',
      'a sealed file stays under this; larger data goes in parts',
      parseSealedLimit,
      LIMITS.sealedBytes,
    )
    .option(...LIMIT_RATE_OPTION)
    .option(
      '--retries <n>',
      'after a lost connection and its like, try again so often, with growing pauses',
      parseRetries,
      CLI_BACK_OFF.mostRetries,
    )
    .option(...MASTER_PASSWORD_OPTION);
}

/** How the server is reached, how the login is done, and what the server is like. */
function addLoginOptions(command: Command): Command {
  return command
    .option('--identity <file>', 'SSH private key')
    .option(
      '--identity-passphrase-file <file>',
      'file with its passphrase; without it you are asked',
    )
    .option('--agent', 'log in with the keys of the SSH agent')
    .option('--agent-key <fingerprint>', 'log in with this key of the SSH agent (SHA256:…)')
    .option('--password', 'allow a password where the server asks for one; you are asked for it')
    .option('--password-file <file>', 'the same, from a file')
    .option('--jump <hosts>', 'by way of these, as in ssh -J: USER@HOST:PORT, several with commas')
    .option(
      '--ssh-config <file>',
      'take host name, user, port, key and jump hosts of the host in --to from here',
    )
    .option(
      '--verify <what>',
      'size, or content: read back what arrived and compare it',
      parseVerification,
      DEFAULT_HABITS.verify,
    )
    .option('--direct-names', 'for a server that cannot rename: write under the final names')
    .option(
      '--connect-timeout <seconds>',
      'how long each server may take to let you in',
      parseSeconds,
      DEFAULT_HABITS.timeoutSeconds,
    )
    .option(
      '--keep-alive <seconds>',
      'how often an idle connection is kept awake',
      parseSeconds,
      DEFAULT_HABITS.keepAliveSeconds,
    );
}
