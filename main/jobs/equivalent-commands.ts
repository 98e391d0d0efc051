/** The same journey by other hands: command lines for gpg, sftp and sealift, to copy. No path, no secret in them. */

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
  /** Name of the SSH key file; undefined for a key kept by Sealift. */
  readonly identityName?: string;
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
  const identity = quoted(input.identityName ?? 'YOUR_SSH_KEY');
  const sftpUrl = `sftp://${encodeURIComponent(username)}@${bracketed(host)}:${String(port)}${urlPath(input.directory)}`;
  const login = `sftp -i ${identity} -P ${String(port)} ${quoted(`${username}@${bracketed(host)}`)}`;
  const cd = input.directory === '' ? [] : [`cd ${quoted(input.directory)}`];
  const convert = input.convert === true ? ['--convert'] : [];
  const limit = input.partsUnderBytes;
  const maxSealed =
    limit === undefined || limit === LIMITS.sealedBytes ? [] : [`--max-sealed-bytes ${limit}`];
  const send = {
    tool: 'sealift',
    line: [
      `sealift send ${quoted(sourceName)} --manifest ${quoted(manifestName)} --to ${quoted(sftpUrl)}`,
      `--identity ${identity} --known-hosts ~/.ssh/known_hosts --recipient ${fingerprint}`,
      ...[...convert, ...maxSealed],
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
