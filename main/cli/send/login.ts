/** How `send` reaches the server and logs in: from the command line, and where asked for from an SSH configuration. */
import { readJumps } from '../../../shared/domain/jump-hosts.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { agentSocket } from '../../delivery/ssh-agent.ts';
import { SshConfig, type SshConfigHost } from '../../delivery/ssh-config.ts';
import type { SshLogin } from '../../delivery/ssh-login.ts';
import { readSshPrivateKey } from '../../delivery/ssh-private-key.ts';
import type { SendSecrets } from '../../jobs/send-job.ts';
import { usageError } from '../command-line.ts';
import { readSmallFile } from '../files.ts';
import type { CliContext } from '../outcome.ts';
import { readPassphraseFile, withPassphrase } from '../passphrase.ts';
import { visible } from '../visible.ts';
import type { SendOptions } from './options.ts';
import { completeTarget, parseSendTarget, type SendTarget } from './target.ts';

const SSH_KEY_LIMIT_BYTES = 64 * 1024;

/** What a login takes of the command line. */
export type LoginOptions = Pick<
  SendOptions,
  | 'to'
  | 'identity'
  | 'identityPassphraseFile'
  | 'agent'
  | 'agentKey'
  | 'password'
  | 'passwordFile'
  | 'jump'
  | 'sshConfig'
  | 'connectTimeout'
  | 'keepAlive'
>;

export interface Way {
  readonly target: SendTarget;
  readonly secrets: SendSecrets;
}

/** @throws AppError USAGE, SSH_CONFIG_UNREADABLE, SSH_AGENT_MISSING, and those of reading the key and the password */
export async function readWay(context: CliContext, options: LoginOptions): Promise<Way> {
  const named = parseSendTarget(options.to);
  const known = await configured(options, named.host);
  for (const note of known?.notes ?? []) context.terminal.note(`${visible(named.host)}: ${note}`);
  const target = completeTarget(named, known);
  const jumps = options.jump === undefined ? (known?.jumps ?? []) : jumpsOf(options.jump, target);
  const keys = await readKeys(context, options, known);
  const password = await readPassword(context, options, target);
  if (keys.privateKey === undefined && keys.agent === undefined && password === undefined) {
    throw usageError('Give --identity FILE, --agent, or --password.');
  }
  return {
    target,
    secrets: {
      ...keys,
      ...(password !== undefined && { password }),
      // The password is for the target alone.
      jumps: jumps.map((jump) => ({ ...jump, ...keys })),
      timeoutSeconds: options.connectTimeout,
      keepAliveSeconds: options.keepAlive,
    },
  };
}

async function configured(
  { sshConfig }: LoginOptions,
  alias: string,
): Promise<SshConfigHost | undefined> {
  if (sshConfig === undefined) return undefined;
  return (await SshConfig.read(sshConfig)).host(alias);
}

function jumpsOf(text: string, { username }: SendTarget) {
  const jumps = readJumps(text, username);
  if (jumps === undefined) throw usageError('--jump takes user@host:port, several with commas.');
  return jumps;
}

async function readKeys(
  context: CliContext,
  options: LoginOptions,
  known: SshConfigHost | undefined,
): Promise<SshLogin> {
  const { agentKey: sha256 } = options;
  const usesAgent = options.agent === true || sha256 !== undefined;
  const identity = options.identity ?? (usesAgent ? undefined : known?.identityFiles[0]);
  return {
    ...(identity !== undefined && (await readIdentity(context, identity, options))),
    ...(usesAgent && { agent: { socket: agentSocket(), sha256 } }),
  };
}

async function readIdentity(
  context: CliContext,
  file: string,
  { identityPassphraseFile }: LoginOptions,
): Promise<SshLogin> {
  const { bytes } = await readSmallFile(file, SSH_KEY_LIMIT_BYTES);
  const privateKey = bytes.toString('utf8');
  const source = { file: identityPassphraseFile, question: `Passphrase for ${visible(file)}: ` };
  return withPassphrase(context, source, (passphrase) => {
    readSshPrivateKey(privateKey, passphrase);
    return Promise.resolve({ privateKey, ...(passphrase !== undefined && { passphrase }) });
  });
}

async function readPassword(
  context: CliContext,
  { password, passwordFile }: LoginOptions,
  { host, username }: SendTarget,
): Promise<string | undefined> {
  if (passwordFile !== undefined) return readPassphraseFile(context, passwordFile);
  if (password !== true) return undefined;
  const question = `Password of ${visible(username)} at ${visible(host)}: `;
  const typed = await context.terminal.askHidden(question, context.signal);
  if (typed === undefined || typed === '')
    throw new AppError('CONNECTION_PASSWORD_NEEDED', { host });
  return typed;
}
