/** Files in, files out: every refusal has its own code, and no failure leaves anything behind. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseRecipient, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import { writeError } from '../../../main/platform/file-errors.ts';
import { writeWhole } from '../../../main/seal/output-file.ts';
import { openFile, sealFile } from '../../../main/seal/seal-file.ts';
import { seal } from '../../../main/seal/seal.ts';
import { makeTestKey, PASSPHRASE } from '../keys/test-keys.ts';
import { chunked, Collector } from './streams.ts';

const made = await makeTestKey();
const recipient = await chooseRecipient(made.publicArmored);
const keys = [await unlockKey(made.privateArmored, PASSPHRASE)];
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let folder: string;
let inputPath: string;
let outputPath: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-seal-'));
  inputPath = join(folder, 'users.csv');
  outputPath = join(folder, 'users.csv.asc');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sealIt = (more: Partial<Parameters<typeof sealFile>[0]> = {}) =>
  sealFile({ inputPath, outputPath, recipient, compress: 6, ...more });
const openIt = (more: Partial<Parameters<typeof openFile>[0]> = {}) =>
  openFile({ inputPath: outputPath, outputPath: join(folder, 'opened'), keys, ...more });

describe('sealing a file and opening it again', () => {
  test.each([0, 1, 300_000])('%i bytes', async (size) => {
    const bytes = randomBytes(size);
    await writeFile(inputPath, bytes);
    const progress: number[] = [];
    const sealed = await sealIt({ onProgress: (p) => progress.push(p.plainBytes) });
    const written = await readFile(outputPath);
    expect(sealed).toEqual({
      plainBytes: size,
      sealedBytes: written.length,
      plainSha256: sha256(bytes),
      sealedSha256: sha256(written),
    });
    expect(progress.at(-1)).toBe(size);
    expect((await stat(outputPath)).mode & 0o777).toBe(0o600);

    const opened = await openIt();
    expect(opened).toEqual({
      fileName: 'users.csv',
      signed: false,
      sealedBytes: written.length,
      openedBytes: size,
      openedSha256: sha256(bytes),
    });
    expect((await readFile(join(folder, 'opened'))).equals(bytes)).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['opened', 'users.csv', 'users.csv.asc']);
  });

  test('is the same to OpenPGP.js', async () => {
    await writeFile(inputPath, 'identity\r\na\r\n');
    await sealIt();
    const armoredMessage = await readFile(outputPath, 'utf8');
    const { data, filename } = await openpgp.decrypt({
      message: await openpgp.readMessage({ armoredMessage }),
      decryptionKeys: keys[0]!.openpgpKey(),
      format: 'binary',
    });
    expect(Buffer.from(data).toString()).toBe('identity\r\na\r\n');
    expect(filename).toBe('users.csv');
  });

  test('uses a new session key each time', async () => {
    await writeFile(inputPath, 'x');
    const one = await sealIt();
    const two = await sealIt({ overwrite: true });
    expect(one.sealedSha256).not.toBe(two.sealedSha256);
  });
});

describe('what cannot be sealed', () => {
  const refused = async (code: string, more: Partial<Parameters<typeof sealFile>[0]> = {}) => {
    const before = (await readdir(folder)).sort();
    await expect(sealIt(more)).rejects.toMatchObject({ code });
    expect((await readdir(folder)).sort()).toEqual(before);
  };

  test('a missing file', () => refused('FILE_NOT_FOUND'));
  test('a folder', () => refused('FILE_IS_FOLDER', { inputPath: folder }));
  test.runIf(process.platform !== 'win32')('a pipe, without waiting for it', async () => {
    execFileSync('mkfifo', [inputPath]);
    await refused('FILE_NOT_REGULAR');
  });
  test.skipIf(process.getuid?.() === 0)(
    'an unreadable file (root may read all: skipped for root)',
    async () => {
      await writeFile(inputPath, 'x');
      await chmod(inputPath, 0);
      await refused('FILE_NOT_READABLE');
    },
  );
  test('a file that grows while it is read', async () => {
    // Far more than what is under way between reading and writing.
    await writeFile(inputPath, randomBytes(20_000_000));
    let grown: Promise<void> | undefined;
    await expect(
      sealIt({
        onProgress: () => {
          grown ??= appendFile(inputPath, 'more');
        },
      }),
    ).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    await grown;
    expect(await readdir(folder)).toEqual(['users.csv']);
  });
});

describe('where nothing is written', () => {
  beforeEach(() => writeFile(inputPath, 'content'));

  test('over a file that is there, unless asked to', async () => {
    await writeFile(outputPath, 'precious');
    await expect(sealIt()).rejects.toMatchObject({
      code: 'FILE_EXISTS',
      params: { file: outputPath },
    });
    expect(await readFile(outputPath, 'utf8')).toBe('precious');
    await expect(sealIt({ overwrite: true })).resolves.toBeDefined();
  });

  test('over the unfinished output of another run', async () => {
    await writeFile(`${outputPath}.part`, 'of another run');
    await expect(sealIt()).rejects.toMatchObject({ params: { file: `${outputPath}.part` } });
    expect(await readFile(`${outputPath}.part`, 'utf8')).toBe('of another run');
  });

  test('over a folder, a link or a device', async () => {
    await mkdir(outputPath);
    await expect(sealIt({ overwrite: true })).rejects.toMatchObject({ code: 'FILE_IS_FOLDER' });
    await rm(outputPath, { recursive: true });
    await symlink(inputPath, outputPath);
    await expect(sealIt({ overwrite: true })).rejects.toMatchObject({ code: 'FILE_NOT_REGULAR' });
  });

  test('into a folder that is not there', async () => {
    await expect(sealIt({ outputPath: join(folder, 'no', 'x.asc') })).rejects.toMatchObject({
      code: 'FILE_NOT_WRITABLE',
      params: { reason: 'its folder does not exist' },
    });
  });

  test.runIf(process.platform === 'linux')('a full disk is told by its name', async () => {
    const full = await open('/dev/full', 'w');
    const failure: unknown = await writeWhole(full, Buffer.alloc(10)).catch((e: unknown) => e);
    await full.close();
    expect(writeError('out.asc', failure)).toMatchObject({
      code: 'DISK_FULL',
      params: { file: 'out.asc' },
    });
  });
});

describe('cancelling', () => {
  test('in the middle leaves nothing, sealing and opening', async () => {
    await writeFile(inputPath, randomBytes(3_000_000));
    const sealing = new AbortController();
    await expect(
      sealIt({ signal: sealing.signal, onProgress: () => sealing.abort() }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(folder)).toEqual(['users.csv']);

    await sealIt();
    const opening = new AbortController();
    await expect(
      openIt({ signal: opening.signal, onProgress: () => opening.abort() }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await readdir(folder)).sort()).toEqual(['users.csv', 'users.csv.asc']);
  });

  test('before the start, while the source is silent, and while the sink is stuck', async () => {
    const silent = (async function* () {
      yield Buffer.from('a');
      await new Promise(() => undefined);
    })();
    const stuck = { write: () => new Promise<void>(() => undefined) };
    const base = { fileName: 'x', recipient, compress: 'none' } as const;
    const after = (ms: number) => AbortSignal.timeout(ms);
    for (const work of [
      () => sealIt({ inputPath: '-', signal: AbortSignal.abort() }),
      () => seal({ ...base, source: silent, signal: after(50) }, new Collector()),
      () => seal({ ...base, source: chunked(Buffer.alloc(9)), signal: after(50) }, stuck),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: 'CANCELLED' });
    }
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('what cannot be opened', () => {
  const refused = async (content: string | Uint8Array, error: object) => {
    await writeFile(outputPath, content);
    await expect(openIt()).rejects.toMatchObject(error);
    expect(await readdir(folder)).toEqual(['users.csv.asc']);
  };

  test('something else', async () => {
    await refused('', { code: 'NOT_PGP' });
    await refused('a,b\n', { code: 'NOT_PGP' });
    await refused(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0x10), { code: 'NOT_PGP' });
    await refused(made.publicArmored, {
      code: 'NOT_ENCRYPTED',
      params: { kind: 'public key block' },
    });
    const message = await openpgp.createMessage({ text: 'x' });
    await refused(message.write() as Uint8Array, { code: 'NOT_ENCRYPTED' });
    expect(await readdir(folder)).toEqual(['users.csv.asc']);
  });

  test('a message for another key, by its name', async () => {
    const other = await chooseRecipient((await makeTestKey()).publicArmored);
    await writeFile(inputPath, 'x');
    await sealIt({ recipient: other });
    await rm(inputPath);
    await expect(openIt()).rejects.toMatchObject({
      code: 'NO_KEY_FITS',
      params: { keyIds: other.encryptionKeyId },
    });
    await expect(openIt({ keys: [] })).rejects.toMatchObject({ code: 'NO_KEY_FITS' });
  });

  test('a message for a password', async () => {
    const message = await openpgp.createMessage({ text: 'x' });
    const armored = (await openpgp.encrypt({ message, passwords: 'p' })) as string;
    await refused(armored, { code: 'ENCRYPTED_WITH_PASSWORD' });
  });
});
