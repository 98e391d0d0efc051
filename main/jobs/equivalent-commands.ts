/** The same journey by other hands: command lines for gpg, sftp and sealift, to copy. No path, no secret in them. */

import {
  DEFAULT_HABITS,
  type ConnectionHabits,
  type IdentitySource,
  type JumpHost,
} from '../../shared/domain/connection.ts';
import { jumpsText } from '../../shared/domain/jump-hosts.ts';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { manifestName as manifestNameOf, partFileName } from '../manifest/index.ts';

export interface EquivalentCommandsInput {
  readonly sourceName: string;
  readonly dataName: string;
  readonly manifestName: string;
  readonly fingerprint: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly directory: string;
  /** Default: a key kept by Sealift. */
  readonly identity?: IdentitySource;
  /** Default: false. */
  readonly allowsPassword?: boolean;
  /** Default: none. */
  readonly jumps?: readonly JumpHost[];
  /** Default: as usual. */
  readonly habits?: ConnectionHabits;
  /** Sealift converts the file on its way; gpg would seal it as it is, so it is left out. Default: false. */
  readonly convert?: boolean;
  /** The file goes in parts, each sealed one smaller than this. Default: in one. */
  readonly partsUnderBytes?: number;
}

export interface EquivalentCommand {
  readonly tool: 'gpg' | 'sftp' | 'sealift';
  readonly line: string;
}

export function equivalentCommands(input: EquivalentCommandsInput): EquivalentCommand[] {
  const { sourceName, dataName, manifestName, fingerprint, host, port, username } = input;
  const sftpUrl = `sftp://${encodeURIComponent(username)}@${bracketed(host)}:${String(port)}${urlPath(input.directory)}`;
  const login = [
    ...['sftp', ...sftpIdentity(input), ...jumpOption('-J', input), '-P', String(port)],
    quoted(`${username}@${bracketed(host)}`),
  ].join(' ');
  const cd = input.directory === '' ? [] : [`cd ${quoted(input.directory)}`];
  const convert = input.convert === true ? ['--convert'] : [];
  const limit = input.partsUnderBytes;
  const maxSealed =
    limit === undefined || limit === LIMITS.sealedBytes ? [] : [`--max-sealed-bytes ${limit}`];
  const send = {
    tool: 'sealift',
    line: [
      `sealift send ${quoted(sourceName)} --manifest ${quoted(manifestName)} --to ${quoted(sftpUrl)}`,
      ...sendLogin(input),
      `--known-hosts ~/.ssh/known_hosts --recipient ${fingerprint}`,
      ...[...convert, ...maxSealed, ...habitOptions(input.habits ?? DEFAULT_HABITS)],
    ].join(' '),
  } as const;
  if (limit !== undefined) {
    const split = `sealift seal ${quoted(sourceName)} --to ${fingerprint} --split --manifest ${quoted(manifestName)} --output ${quoted(dataName)}`;
    return [
      { tool: 'sealift', line: [split, ...convert, ...maxSealed].join(' ') },
      { tool: 'sftp', line: `${putParts(dataName, cd)} | ${login}` },
      send,
    ];
  }
  if (input.convert === true) return [send];
  const puts = [...cd, `put ${quoted(dataName)}`, `put ${quoted(manifestName)}`];
  return [
    {
      tool: 'gpg',
      line: `gpg --encrypt --armor --recipient ${fingerprint} --output ${quoted(dataName)} ${quoted(sourceName)}`,
    },
    { tool: 'sftp', line: `printf '%s\\n' ${puts.map(quotedAlways).join(' ')} | ${login}` },
    send,
  ];
}

/** Name of the key file, where a key file logs in. */
function keyFile({ identity }: EquivalentCommandsInput): string | undefined {
  if (identity?.kind === 'agent' || identity?.kind === 'password') return undefined;
  return quoted(identity?.kind === 'file' ? identity.name : 'YOUR_SSH_KEY');
}

/** sftp asks the agent by itself, and for a password where it must. */
function sftpIdentity(input: EquivalentCommandsInput): string[] {
  const file = keyFile(input);
  return file === undefined ? [] : ['-i', file];
}

function sendLogin(input: EquivalentCommandsInput): string[] {
  const { identity, allowsPassword = false } = input;
  const file = keyFile(input);
  const agent = identity?.kind === 'agent';
  return [
    ...(file === undefined ? [] : [`--identity ${file}`]),
    ...(agent ? [identity.sha256 ? `--agent-key ${quoted(identity.sha256)}` : '--agent'] : []),
    ...(allowsPassword ? ['--password'] : []),
    ...jumpOption('--jump', input),
  ];
}

function jumpOption(option: string, { jumps = [] }: EquivalentCommandsInput): string[] {
  return jumps.length === 0 ? [] : [option, quoted(jumpsText(jumps).replaceAll(', ', ','))];
}

function habitOptions(habits: ConnectionHabits): string[] {
  const { timeoutSeconds, keepAliveSeconds } = habits;
  const usual = DEFAULT_HABITS;
  return [
    ...(habits.verify === 'sha256' ? ['--verify content'] : []),
    ...(habits.finalNames === 'direct' ? ['--direct-names'] : []),
    ...(timeoutSeconds === usual.timeoutSeconds ? [] : [`--connect-timeout ${timeoutSeconds}`]),
    ...(keepAliveSeconds === usual.keepAliveSeconds ? [] : [`--keep-alive ${keepAliveSeconds}`]),
  ];
}

/** Each part before its manifest, in order. How many there will be is known when they are sealed. */
function putParts(dataName: string, cd: readonly string[]): string {
  const [before, behind] = manifestNameOf(partFileName(dataName, 1, 1)).split('.part-01-of-01');
  const parts = `${quoted(before ?? '')}.part-*-of-*${quoted(behind ?? '')}`;
  const puts = `for m in ${parts}; do printf 'put "%s"\\n' "\${m%.manifest}.asc" "$m"; done`;
  return cd.length === 0 ? puts : `{ printf '%s\\n' ${cd.map(quotedAlways).join(' ')}; ${puts}; }`;
}

/** `/~/` begins where the login lands, as in the CLI's `--to`. */
function urlPath(directory: string): string {
  return encodeURI(directory.startsWith('/') ? directory : `/~/${directory}`);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Quotes for a POSIX shell where that is needed. */
function quoted(word: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(word) && !word.startsWith('-') ? word : quotedAlways(word);
}

function quotedAlways(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
