/** The same journey by other hands: command lines for gpg, sftp and sealift, to copy. No path, no secret in them. */

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
  const puts = [
    ...(input.directory === '' ? [] : [`cd ${quoted(input.directory)}`]),
    `put ${quoted(dataName)}`,
    `put ${quoted(manifestName)}`,
  ];
  const sealift = {
    tool: 'sealift',
    line: [
      `sealift send ${quoted(sourceName)} --manifest ${quoted(manifestName)} --to ${quoted(sftpUrl)}`,
      `--identity ${identity} --known-hosts ~/.ssh/known_hosts --recipient ${fingerprint}`,
      ...(input.convert === true ? ['--convert'] : []),
    ].join(' '),
  } as const;
  if (input.convert === true) return [sealift];
  return [
    {
      tool: 'gpg',
      line: `gpg --encrypt --armor --recipient ${fingerprint} --output ${quoted(dataName)} ${quoted(sourceName)}`,
    },
    { tool: 'sftp', line: `printf '%s\\n' ${puts.map(quotedAlways).join(' ')} | ${login}` },
    sealift,
  ];
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
