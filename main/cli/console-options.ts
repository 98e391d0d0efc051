/** The options by which a command reaches an account on a Sealift server, and the way from them to it. */
import type { Command } from 'commander';
import { AppError } from '../../shared/errors/index.ts';
import { checkConsoleUrl } from '../console/http.ts';
import { ConsoleClient } from '../console/client.ts';
import type { Platform } from '../console/key-registration.ts';
import type { CliContext } from './outcome.ts';
import { readSecretFile } from './passphrase.ts';

export interface ConsoleOptions {
  readonly console: string;
  readonly account: string;
  readonly tokenFile: string;
}

/** One line of printable ASCII: what a header takes. */
const TOKEN = /^[\x21-\x7e]+$/;

export function addConsoleOptions(command: Command): Command {
  return command
    .requiredOption('--console <url>', 'address of the console; https, or http to this machine')
    .requiredOption('--account <id>', 'the account, as the server named it')
    .requiredOption('--token-file <file>', "the server's credentials file, or the token alone");
}

/**
 * @throws AppError TOKEN_FILE_UNUSABLE, CONSOLE_URL_INVALID, CONSOLE_INSECURE, and those of `readSmallFile`
 */
export async function openConsole(
  context: CliContext,
  { console: url, account, tokenFile }: ConsoleOptions,
): Promise<Platform> {
  const { host } = checkConsoleUrl(url);
  const adminToken = tokenIn(await readSecretFile(context, tokenFile), tokenFile);
  return {
    client: new ConsoleClient({ url, adminToken }),
    accountId: account,
    name: `${host} / ${account}`,
  };
}

/** A token is no JSON object, so the two forms cannot be mistaken for one another. */
function tokenIn(bytes: Buffer, file: string): string {
  const text = bytes.toString('utf8').trim();
  const token = text.startsWith('{') ? adminTokenOf(text) : text;
  if (typeof token === 'string' && TOKEN.test(token)) return token;
  throw new AppError('TOKEN_FILE_UNUSABLE', { file });
}

function adminTokenOf(json: string): unknown {
  try {
    return (JSON.parse(json) as { adminToken?: unknown }).adminToken;
  } catch {
    return undefined;
  }
}
