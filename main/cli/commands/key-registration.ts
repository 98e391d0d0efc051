/** `sealift keys register | receive | set-id | hand-over`: key sets on their way to a platform and back. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { noteKeyId, receiveKeySet, shareKeySet } from '../../console/key-registration.ts';
import { handOverFiles } from '../../keys/hand-over.ts';
import { writeHandOver } from '../../keys/hand-over-folder.ts';
import { KeyStore } from '../../keys/key-store.ts';
import { openProfile } from '../../platform/profile.ts';
import { addCommand, parseKeyId } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { confirm } from '../confirm.ts';
import { addConsoleOptions, openConsole } from '../console-options.ts';
import type { ConsoleOptions } from '../console-options.ts';
import { describeKeySet } from '../key-set-text.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { withPassphrase } from '../passphrase.ts';
import {
  MASTER_PASSWORD_OPTION,
  openKeyStore,
  openProfileSecrets,
  requireFingerprint,
} from '../profile-keys.ts';
import type { ProfileOptions } from '../profile-keys.ts';
import { visible } from '../visible.ts';

const EXAMPLE_KEY = '1A7849F996BFD78569533B2CF55DEEE68995217D';
const EXAMPLE_CONSOLE =
  '--console http://127.0.0.1:4020 --account ABC-DEF-GHJK --token-file credentials.json';

export function addKeyRegistrationCommands(keys: Command, run: Runner): void {
  addRegister(keys, run);
  addReceive(keys, run);
  addSetId(keys, run);
  addHandOver(keys, run);
}

interface ShareOptions extends ProfileOptions {
  readonly withPrimary?: boolean;
  readonly passphraseFile?: string;
  readonly yes?: boolean;
}

function addShareOptions(command: Command): Command {
  return command
    .option('--with-primary', 'the whole private key, not the encryption subkey alone')
    .option('--passphrase-file <file>', 'passphrase of the private key, when it is not kept')
    .option('--yes', 'hand the private key over without asking')
    .option(...MASTER_PASSWORD_OPTION);
}

function addRegister(keys: Command, run: Runner): void {
  const command = addCommand(
    keys,
    'register <fingerprint>',
    'share a key set, its passphrase included, with a Sealift server and note its Key ID',
    [`sealift keys register ${EXAMPLE_KEY} \\`, `    ${EXAMPLE_CONSOLE}`],
  );
  addShareOptions(addConsoleOptions(command)).action(
    (fingerprint: string, options: ConsoleOptions & ShareOptions) =>
      run((context) => register(context, requireFingerprint(fingerprint), options)),
  );
}

async function register(
  context: CliContext,
  fingerprint: string,
  options: ConsoleOptions & ShareOptions,
): Promise<Outcome> {
  const platform = await openConsole(context, options);
  const store = await openKeyStore(context, options);
  await confirmHandOver(context, await store.get(fingerprint), `${platform.name} gets`, options);
  const keySet = await withPassphrase(context, passphraseSource(options), (passphrase) =>
    shareKeySet(store, platform, fingerprint, {
      withPrimary: options.withPrimary ?? false,
      signal: context.signal,
      ...(passphrase !== undefined && { passphrase }),
    }),
  );
  return { text: `Registered ${describeKeySet(keySet)}`, json: { keySet } };
}

async function confirmHandOver(
  context: CliContext,
  keySet: KeySet,
  receiver: string,
  { withPrimary, yes }: ShareOptions,
): Promise<void> {
  const part = withPrimary ? 'the whole private key' : 'the private encryption key';
  const what = `${receiver} ${part} of ${keySet.fingerprint} (${keySet.userId}): whoever has it and the passphrase can read your files.`;
  await confirm(context, { what, word: 'share', yes });
}

function passphraseSource({ passphraseFile }: ShareOptions) {
  return { file: passphraseFile, question: 'Passphrase of the private key: ' };
}

interface ReceiveOptions extends ConsoleOptions, ProfileOptions {
  readonly name: string;
  readonly email: string;
}

function addReceive(keys: Command, run: Runner): void {
  const command = addCommand(
    keys,
    'receive',
    'have a Sealift server make a key set, and keep it with its passphrase and Key ID',
    [
      `sealift keys receive ${EXAMPLE_CONSOLE} \\`,
      '    --name "Data Team" --email data@example.com',
    ],
  );
  addConsoleOptions(command)
    .requiredOption('--name <name>', 'name in the user ID')
    .requiredOption('--email <address>', 'e-mail address in the user ID')
    .option(...MASTER_PASSWORD_OPTION)
    .action((options: ReceiveOptions) =>
      run(async (context) => {
        const platform = await openConsole(context, options);
        // Opened at once: the platform tells the secrets a single time.
        const secrets = await openProfileSecrets(context, options);
        const store = new KeyStore(await openProfile(), () => Promise.resolve(secrets));
        const { name, email } = options;
        const { signal } = context;
        const keySet = await receiveKeySet(store, platform, { name, email }, { signal });
        return { text: `Received ${describeKeySet(keySet)}`, json: { keySet } };
      }),
    );
}

function addSetId(keys: Command, run: Runner): void {
  addCommand(
    keys,
    'set-id <fingerprint>',
    'note the Key ID under which a platform knows a key set',
    [`sealift keys set-id ${EXAMPLE_KEY} ec491319-9823-48cd-b6a1-6bb0bc666d75`],
  )
    .argument('<key-id>', 'the UUID that the platform answered with', parseKeyId)
    .action((fingerprint: string, keyId: string) =>
      run(async (context) => {
        const store = await openKeyStore(context);
        const keySet = await noteKeyId(store, requireFingerprint(fingerprint), keyId);
        return { text: `Noted for ${describeKeySet(keySet)}`, json: { keySet } };
      }),
    );
}

interface HandOverOptions extends ShareOptions {
  readonly output: string;
}

function addHandOver(keys: Command, run: Runner): void {
  const command = addCommand(
    keys,
    'hand-over <fingerprint>',
    'write the folder that a platform without console gets: both keys, and what to do with them',
    [`sealift keys hand-over ${EXAMPLE_KEY} -o for-the-platform`],
  ).requiredOption('-o, --output <folder>', 'the new folder');
  addShareOptions(command).action((fingerprint: string, options: HandOverOptions) =>
    run((context) => handOver(context, requireFingerprint(fingerprint), options)),
  );
}

async function handOver(
  context: CliContext,
  fingerprint: string,
  options: HandOverOptions,
): Promise<Outcome> {
  const store = await openKeyStore(context, options);
  const keySet = await store.get(fingerprint);
  await confirmHandOver(context, keySet, `${options.output} gets`, options);
  const made = await withPassphrase(context, passphraseSource(options), (passphrase) =>
    store.exportForHandOver(fingerprint, {
      withPrimary: options.withPrimary ?? false,
      ...(passphrase !== undefined && { passphrase }),
    }),
  );
  if (context.signal.aborted) throw new AppError('CANCELLED');
  const files = handOverFiles(made, keySet);
  await writeHandOver(options.output, files);
  const paths = files.map(({ name }) => join(options.output, name));
  const text = paths.map((path) => `Wrote ${visible(path)}\n`).join('');
  const next = 'README.txt says how to hand it over. The passphrase goes by another way.\n';
  return { text: text + next, json: { fingerprint, files: paths } };
}
