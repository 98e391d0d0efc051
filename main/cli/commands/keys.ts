/** `sealift keys`: make, list, import, export and remove OpenPGP key sets of this profile; registration is next door. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { KEY_TYPES } from '../../../shared/domain/key-set.ts';
import type { KeySet, KeyType } from '../../../shared/domain/key-set.ts';
import { AppError, errorText } from '../../../shared/errors/index.ts';
import { KeyStore } from '../../keys/key-store.ts';
import { makeKey, passphraseHint } from '../../keys/openpgp-keys.ts';
import type { NewKey } from '../../keys/openpgp-keys.ts';
import { openProfile } from '../../platform/profile.ts';
import { addCommand, addGroup, oneOf, usageError } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { confirm } from '../confirm.ts';
import { readSmallFile, STDIO } from '../files.ts';
import { NewFiles, writeNewFile } from '../new-files.ts';
import type { NewFile } from '../new-files.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { newPassphrase, readPassphraseFile } from '../passphrase.ts';
import { describeKeySet } from '../key-set-text.ts';
import {
  KEY_FILE_LIMIT_BYTES,
  MASTER_PASSWORD_OPTION,
  openKeyStore,
  prepareProfileSecrets,
  requireFingerprint,
  withKeyFileNamed,
} from '../profile-keys.ts';
import type { ProfileOptions } from '../profile-keys.ts';
import { visible } from '../visible.ts';
import { addKeyRegistrationCommands } from './key-registration.ts';

const PUBLIC_MODE = 0o644;
const SECRET_MODE = 0o600;
const STRONG_ENOUGH = 3;
/** Typed to confirm a removal: enough to have looked at the fingerprint. */
const CONFIRMED_DIGITS = 8;

export function addKeyCommands(program: Command, run: Runner): void {
  const keys = addGroup(program, 'keys', 'make, keep and register OpenPGP key sets', [
    'sealift keys make --name "Data Team" --email data@example.com',
    'sealift keys list',
    'sealift keys receive --console http://127.0.0.1:4020 --account ABC-DEF-GHJK \\',
    '    --token-file credentials.json --name "Data Team" --email data@example.com',
  ]);
  addMake(keys, run);
  addList(keys, run);
  addImport(keys, run);
  addExport(keys, run);
  addRemove(keys, run);
  addKeyRegistrationCommands(keys, run);
}

interface MakeOptions extends ProfileOptions {
  readonly name: string;
  readonly email: string;
  readonly comment?: string;
  readonly type: KeyType;
  readonly expires: 'never' | { days: number };
  readonly passphraseFile?: string;
  readonly exportPublic?: string;
  readonly exportPrivate?: string;
  readonly exportRevocation?: string;
}

function addMake(keys: Command, run: Runner): void {
  addCommand(keys, 'make', 'make a key set', [
    'sealift keys make --name "Data Team" --email data@example.com',
    'sealift keys make --name N --email n@example.com --expires 365d --passphrase-file pass.txt \\',
    '    --export-public public.asc --export-private private.asc',
  ])
    .requiredOption('--name <name>', 'name in the user ID')
    .requiredOption('--email <address>', 'e-mail address in the user ID')
    .option('--comment <text>', 'comment in the user ID')
    .option('--type <type>', `one of ${KEY_TYPES.join(', ')}`, oneOf(KEY_TYPES), 'rsa3072')
    .option('--expires <when>', 'never, or a number of days such as 90d', parseExpiry, 'never')
    .option('--passphrase-file <file>', 'file with the passphrase; without it you are asked')
    .option('--export-public <file>', 'also write the public key here')
    .option(
      '--export-private <file>',
      'also write the private key here, protected by its passphrase',
    )
    .option('--export-revocation <file>', 'also write the revocation certificate here')
    .option(...MASTER_PASSWORD_OPTION)
    .action((options: MakeOptions) => run((context) => make(context, options)));
}

function parseExpiry(value: string): MakeOptions['expires'] {
  if (value === 'never') return value;
  const days = Number(/^([1-9]\d{0,4})d$/.exec(value)?.[1]);
  if (!(days <= 36_500)) throw new InvalidArgumentError('Give never, or days such as 90d.');
  return { days };
}

async function make(context: CliContext, options: MakeOptions): Promise<Outcome> {
  const exports = exportsOf(options);
  // Opened at once, so that no key is made which could not be written.
  const files = await NewFiles.open(exports);
  try {
    const store = await storeForNewKey(context, options);
    const passphrase = await newPassphrase(context, options.passphraseFile);
    const { score, hint } = passphraseHint(passphrase);
    if (score < STRONG_ENOUGH) context.terminal.note(`Passphrase: ${hint}`);
    const key = await makeKey({
      name: options.name,
      email: options.email,
      ...(options.comment !== undefined && { comment: options.comment }),
      type: options.type,
      expires: options.expires,
      passphrase,
    });
    if (context.signal.aborted) throw new AppError('CANCELLED');
    await files.write(exports.map(({ textOf }) => textOf(key)));
    const keySet = store ? await storeKey(store, key, passphrase) : key.keySet;
    await files.commit().catch(async (error: unknown) => {
      await store?.remove(keySet.fingerprint);
      throw error;
    });
    const paths = exports.map(({ path }) => path);
    return madeOutcome(context, { keySet, kept: store !== undefined, files: paths }, options);
  } catch (error) {
    await files.discard();
    throw error;
  }
}

function madeOutcome(
  context: CliContext,
  made: { readonly keySet: KeySet; readonly kept: boolean; readonly files: readonly string[] },
  { exportPrivate }: MakeOptions,
): Outcome {
  if (!made.kept) {
    context.terminal.note(
      `This profile has no keychain, so the private key was NOT kept in it. It is in ${exportPrivate} only: keep that file safe.`,
    );
  }
  const written = made.files.map((path) => `    wrote ${visible(path)}\n`).join('');
  return { text: `Made ${describeKeySet(made.keySet)}${written}`, json: made };
}

interface KeyExport extends NewFile {
  readonly textOf: (key: NewKey) => string;
}

/** The files that the command line asks for. @throws AppError USAGE */
function exportsOf({ exportPublic, exportPrivate, exportRevocation }: MakeOptions): KeyExport[] {
  const possible: (Omit<KeyExport, 'path'> & { readonly path: string | undefined })[] = [
    { path: exportPublic, mode: PUBLIC_MODE, textOf: (key) => key.publicArmored },
    { path: exportPrivate, mode: SECRET_MODE, textOf: (key) => key.privateArmored },
    { path: exportRevocation, mode: SECRET_MODE, textOf: (key) => key.revocationArmored },
  ];
  return possible.flatMap(({ path, ...rest }) => {
    if (path === undefined) return [];
    if (path === STDIO) {
      throw usageError('keys make exports to files; keys export prints a key on stdout.');
    }
    return [{ path, ...rest }];
  });
}

/** The store for a new key, or nothing when the profile has no keychain and the key goes to a file. */
async function storeForNewKey(
  context: CliContext,
  options: MakeOptions,
): Promise<KeyStore | undefined> {
  try {
    // Prepared at once, so that nothing is made which could not be kept.
    const openSecrets = await prepareProfileSecrets(context, options);
    return new KeyStore(await openProfile(), openSecrets);
  } catch (error) {
    const isWithoutKeychain = error instanceof AppError && error.code === 'KEYCHAIN_UNAVAILABLE';
    if (isWithoutKeychain && options.exportPrivate !== undefined) return undefined;
    throw error;
  }
}

async function storeKey(store: KeyStore, key: NewKey, passphrase: string): Promise<KeySet> {
  const [keySet] = await store.add({
    bytes: Buffer.from(key.privateArmored),
    passphrase,
    revocation: key.revocationArmored,
  });
  return keySet ?? key.keySet;
}

function addList(keys: Command, run: Runner): void {
  addCommand(keys, 'list', 'list the key sets of this profile', [
    'sealift keys list',
    'sealift keys list --json',
  ]).action(() =>
    run(async (context) => {
      const { keySets, damaged } = await (await openKeyStore(context)).inspect();
      for (const error of damaged) context.terminal.note(`warning: ${errorText(error)}`);
      const text =
        keySets.map(describeKeySet).join('') || 'No key sets yet. See: sealift keys make --help\n';
      return { text, json: { keySets, damaged } };
    }),
  );
}

function addImport(keys: Command, run: Runner): void {
  addCommand(keys, 'import <file>', 'import public or private keys, armored or binary', [
    'sealift keys import public.asc',
    'gpg --export-secret-keys --armor data@example.com | sealift keys import - --passphrase-file pass.txt',
  ])
    .option('--passphrase-file <file>', 'passphrase of the private key, to be kept in the keychain')
    .option(...MASTER_PASSWORD_OPTION)
    .action((file: string, options: ProfileOptions & { passphraseFile?: string }) =>
      run(async (context) => {
        const { bytes } = await readSmallFile(file, KEY_FILE_LIMIT_BYTES);
        const path = options.passphraseFile;
        const passphrase = path === undefined ? undefined : await readPassphraseFile(context, path);
        const store = await openKeyStore(context, options);
        const keySets = await withKeyFileNamed(file, () =>
          store.add({ bytes, ...(passphrase !== undefined && { passphrase }) }),
        );
        const text = keySets.map((keySet) => `Imported ${describeKeySet(keySet)}`).join('');
        return { text, json: { keySets } };
      }),
    );
}

interface ExportOptions extends ProfileOptions {
  readonly private?: boolean;
  readonly revocation?: boolean;
  readonly output?: string;
}

function addExport(keys: Command, run: Runner): void {
  addCommand(keys, 'export <fingerprint>', 'print the public key of a key set', [
    'sealift keys export 1A7849F996BFD78569533B2CF55DEEE68995217D > public.asc',
    'sealift keys export 1A7849F996BFD78569533B2CF55DEEE68995217D --private -o private.asc',
  ])
    .option('--private', 'the private key instead, protected by its passphrase')
    .option('--revocation', 'the revocation certificate instead')
    .option('-o, --output <file>', 'write a new file; - is stdout, the default')
    .option(...MASTER_PASSWORD_OPTION)
    .action((fingerprint: string, options: ExportOptions) =>
      run((context) => exportStored(context, fingerprint, options)),
    );
}

async function exportStored(
  context: CliContext,
  value: string,
  options: ExportOptions,
): Promise<Outcome> {
  if (options.private && options.revocation) {
    throw usageError('Give --private or --revocation, not both.');
  }
  const fingerprint = requireFingerprint(value);
  const store = await openKeyStore(context, options);
  const armored = await readStored(store, fingerprint, options);
  if (options.private) {
    context.terminal.note(
      'This is the private key: whoever has it and its passphrase can read your files.',
    );
  }
  const path = options.output;
  if (path === undefined || path === STDIO)
    return { text: armored, json: { fingerprint, armored } };
  await writeNewFile(path, armored, options.private ? SECRET_MODE : PUBLIC_MODE);
  return { text: `Wrote ${visible(path)}\n`, json: { fingerprint, file: path } };
}

async function readStored(
  store: KeyStore,
  fingerprint: string,
  options: ExportOptions,
): Promise<string> {
  if (options.private) return store.privateArmored(fingerprint);
  if (!options.revocation) return store.publicArmored(fingerprint);
  const certificate = await store.revocation(fingerprint);
  if (certificate === undefined) throw new AppError('KEY_REVOCATION_MISSING', { fingerprint });
  return certificate;
}

interface RemoveOptions extends ProfileOptions {
  readonly yes?: boolean;
}

function addRemove(keys: Command, run: Runner): void {
  addCommand(keys, 'remove <fingerprint>', 'remove a key set and its passphrase for good', [
    'sealift keys remove 1A7849F996BFD78569533B2CF55DEEE68995217D',
  ])
    .option('--yes', 'remove a private key without asking')
    .option(...MASTER_PASSWORD_OPTION)
    .action((value: string, options: RemoveOptions) =>
      run(async (context) => {
        const fingerprint = requireFingerprint(value);
        const store = await openKeyStore(context, options);
        await confirmRemoval(context, await store.get(fingerprint), options);
        await store.remove(fingerprint);
        return { text: `Removed ${fingerprint}\n`, json: { fingerprint } };
      }),
    );
}

/** A public key can be had again; a private key may be the only one there is. */
async function confirmRemoval(
  context: CliContext,
  { fingerprint, userId, hasPrivateKey }: KeySet,
  { yes }: RemoveOptions,
): Promise<void> {
  if (!hasPrivateKey) return;
  const what = `This removes the private key of ${fingerprint} (${userId}): without a copy elsewhere, what was sealed to it can never be opened again.`;
  await confirm(context, { what, word: fingerprint.slice(-CONFIRMED_DIGITS), yes });
}
