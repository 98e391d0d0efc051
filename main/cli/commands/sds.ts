/** `sealift sds`: vaults of Secure Data Storage from the command line. The groups are in files of their own. */
import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/index.ts';
import { readAppKey } from '../../sds/app-key.ts';
import { EnvelopeOpener } from '../../sds/envelope.ts';
import { checkSdsUrl } from '../../sds/service.ts';
import { OutputFile } from '../../seal/output-file.ts';
import { addCommand, addGroup, usageError } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { readSmallFile, STDIO } from '../files.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { readSecretFile, withPassphrase } from '../passphrase.ts';
import { MASTER_PASSWORD_OPTION } from '../profile-keys.ts';
import type { ProfileOptions } from '../profile-keys.ts';
import { openSds, readSecret } from '../sds-access.ts';
import { writeToStdout } from '../terminal.ts';
import { visible } from '../visible.ts';
import { addSdsAppCommands } from './sds-apps.ts';
import { addSdsDataCommands } from './sds-data.ts';
import { addSdsFileCommands } from './sds-files.ts';
import { addSdsVaultCommands } from './sds-vaults.ts';

/** An answer of the service with fifty records. */
const RESPONSE_LIMIT_BYTES = 64 * 1024 * 1024;

export function addSdsCommands(program: Command, run: Runner): void {
  const sds = addGroup(program, 'sds', 'vaults of Secure Data Storage (SDS)', [
    'sealift sds login --url https://sds.example.com --tenant-id T --client-id C',
    'sealift sds apps make Participant && sealift sds apps register Participant',
    'sealift sds vaults list --app Participant',
    'sealift sds data read data:UUID --vault phone-number --app Participant',
    'sealift sds decrypt --key app.pem < response.json',
  ]);
  addLogin(sds, run);
  addTenants(sds, run);
  addLogout(sds, run);
  addSdsAppCommands(sds, run);
  addSdsVaultCommands(sds, run);
  addSdsDataCommands(sds, run);
  addSdsFileCommands(sds, run);
  addDecrypt(sds, run);
}

interface LoginOptions extends ProfileOptions {
  readonly url: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecretFile?: string;
  readonly name?: string;
}

function addLogin(sds: Command, run: Runner): void {
  addCommand(sds, 'login', 'keep a tenant in this profile, once the service has let us in', [
    'sealift sds login --url https://sds.example.com --tenant-id T --client-id C',
    'sealift sds login --url http://127.0.0.1:4020 --tenant-id T --client-id C --client-secret-file s.txt --name practice',
  ])
    .requiredOption('--url <url>', 'address of the service; https, or http to this machine')
    .requiredOption('--tenant-id <id>', 'the tenant, as the service names it')
    .requiredOption('--client-id <id>', 'client id of the tenant')
    .option('--client-secret-file <file>', 'file with the client secret; without it you are asked')
    .option('--name <name>', 'what the tenant is called here; by default its host')
    .option(...MASTER_PASSWORD_OPTION)
    .action((options: LoginOptions) => run((context) => login(context, options)));
}

async function login(context: CliContext, options: LoginOptions): Promise<Outcome> {
  const { url, tenantId: tenant, clientId } = options;
  const name = options.name ?? checkSdsUrl(url).host;
  const question = { question: 'Client secret: ', option: '--client-secret-file' };
  const clientSecret = await readSecret(context, options.clientSecretFile, question);
  const sds = await openSds(context, options);
  const before = (await sds.tenants.list()).find((one) => one.name === name);
  const draft = { id: before?.id, name, url, tenant, clientId, clientSecret };
  await sds.test(draft, context.signal);
  const saved = await sds.saveTenant(draft);
  return {
    text: `Logged in to ${visible(saved.url)} as ${visible(name)}\n`,
    json: { tenant: saved },
  };
}

function addTenants(sds: Command, run: Runner): void {
  addCommand(sds, 'tenants', 'list the tenants of this profile', ['sealift sds tenants']).action(
    () =>
      run(async (context) => {
        const tenants = await (await openSds(context, {})).tenants.list();
        const lines = tenants.map(({ name, url, tenant }) => visible(`${name}  ${url}  ${tenant}`));
        const text =
          lines.length > 0
            ? `${lines.join('\n')}\n`
            : 'No tenants yet. See: sealift sds login --help\n';
        return { text, json: { tenants } };
      }),
  );
}

function addLogout(sds: Command, run: Runner): void {
  addCommand(sds, 'logout <name>', 'forget a tenant and its client secret', [
    'sealift sds logout practice',
  ])
    .option(...MASTER_PASSWORD_OPTION)
    .action((name: string, options: ProfileOptions) =>
      run(async (context) => {
        const sds = await openSds(context, options);
        const found = (await sds.tenants.list()).find((one) => one.name === name);
        if (!found) throw new AppError('SDS_TENANT_UNKNOWN', { name });
        await sds.removeTenant(found.id);
        return { text: `Forgot ${visible(name)}\n`, json: { tenant: found } };
      }),
    );
}

interface DecryptOptions {
  readonly key: string;
  readonly passphraseFile?: string;
  readonly raw?: boolean;
  readonly output?: string;
}

function addDecrypt(sds: Command, run: Runner): void {
  addCommand(
    sds,
    'decrypt [response]',
    "decrypt an answer of SDS with an app's private key, without a profile",
    [
      'sealift sds decrypt --key app.pem < response.json',
      'sealift sds decrypt --key app.pem response.json -o value.bin',
    ],
  )
    .requiredOption('--key <file>', 'private RSA key: PEM or DER, PKCS#1 or PKCS#8')
    .option('--passphrase-file <file>', 'passphrase of the key')
    .option('--raw', 'what comes out of the decryption, without decoding its base64')
    .option('-o, --output <file>', 'write a new file; - is stdout, the default')
    .action((response: string | undefined, options: DecryptOptions) =>
      run((context) => decrypt(context, response ?? STDIO, options)),
    );
}

async function decrypt(
  context: CliContext,
  source: string,
  { key, passphraseFile, raw = false, output }: DecryptOptions,
): Promise<Outcome> {
  const keyBytes = await readSecretFile(context, key);
  const privateKey = await withPassphrase(
    context,
    { file: passphraseFile, question: `Passphrase of ${key}: ` },
    (passphrase) => Promise.resolve().then(() => readAppKey(keyBytes, passphrase)),
  );
  const opener = new EnvelopeOpener(privateKey);
  const { bytes } = await readSmallFile(source, RESPONSE_LIMIT_BYTES);
  const values = envelopesIn(bytes.toString('utf8')).map((envelope) => {
    const value = raw ? opener.open(envelope) : opener.openStored(envelope);
    if (!value) throw new AppError('SDS_NOT_DECRYPTED');
    return value;
  });
  if (context.json)
    return { text: '', json: { values: values.map((one) => one.toString('base64')) } };
  // Several values are lines; one is given as it is.
  const all =
    values.length === 1
      ? values[0]!
      : Buffer.concat(values.flatMap((one) => [one, Buffer.from('\n')]));
  if (output === undefined || output === STDIO) {
    await writeToStdout(all);
    return { text: '', json: {} };
  }
  await writeNewBytes(output, all);
  return { text: `Wrote ${visible(output)}\n`, json: {} };
}

/** An answer of the service (one record, or several), or the envelope alone. @throws AppError USAGE */
function envelopesIn(text: string): string[] {
  const trimmed = text.trim();
  if (!/^[[{"]/.test(trimmed)) return [trimmed];
  let parsed: unknown;
  try {
    parsed = JSON.parse(trimmed);
  } catch {
    throw usageError('The response is neither an answer of SDS in JSON nor an encrypted value.');
  }
  const found = valuesIn(parsed);
  if (found.length === 0) throw usageError('The response holds no encrypted value.');
  return found;
}

function valuesIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((one) => valuesIn(one, depth + 1));
  const data =
    typeof value === 'object' && value !== null ? (value as { data?: unknown }).data : undefined;
  return data === undefined || depth > 4 ? [] : valuesIn(data, depth + 1);
}

/** Readable by its owner alone, like everything secret. */
async function writeNewBytes(path: string, bytes: Uint8Array): Promise<void> {
  const file = await OutputFile.create(path, { overwrite: false });
  try {
    await file.write(bytes);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}
