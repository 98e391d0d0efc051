/**
 * Seals and opens in a process of its own: `memory MIB` tells what it cost, `parts MIB` how it was cut, `seal` and `open` go from
 * standard input to standard output. The key's file and passphrase come by the environment.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseRecipient, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import { open } from '../../../main/seal/open.ts';
import { openFile, sealFile } from '../../../main/seal/seal-file.ts';
import { partFiles, sealParts } from '../../../main/seal/seal-parts.ts';
import { seal } from '../../../main/seal/seal.ts';
import { AppError } from '../../../shared/errors/index.ts';

const MIB = 1024 * 1024;
const environment = (name: string): string => process.env[name] ?? '';
const publicKey = readFileSync(environment('PUBLIC_KEY'), 'utf8');
const privateKey = readFileSync(environment('PRIVATE_KEY'), 'utf8');

const recipient = await chooseRecipient(publicKey);
const keys = [await unlockKey(privateKey, environment('KEY_PASSPHRASE'))];

try {
  const [, , command, size] = process.argv;
  if (command === 'memory') await measure(Number(size));
  else if (command === 'parts') await cutIntoParts(Number(size));
  else if (command === 'seal') {
    await sealFile({ inputPath: '-', outputPath: '-', recipient, compress: 6 });
  } else await openFile({ inputPath: '-', outputPath: '-', keys });
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(error.code);
  process.exitCode = 1;
}

/** Cuts a CSV of mixed compressibility, made on the disk, into parts of a tenth of it. */
async function cutIntoParts(mib: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'parts-'));
  const inputPath = join(folder, 'big.csv');
  writeFileSync(inputPath, 'identity,note\n');
  const lines = (note: () => string) =>
    Array.from({ length: MIB / 128 }, (_, i) => `${`u${i}`.padEnd(7)},"${note().slice(0, 117)}"\n`);
  const dense = lines(() => randomBytes(90).toString('base64')).join('');
  const sparse = lines(() => 'row of text, '.repeat(9)).join('');
  for (let i = 0; i < mib; i += 1) appendFileSync(inputPath, i % 3 === 0 ? dense : sparse);
  const { parts } = await sealParts({
    inputPath,
    fileName: 'big.csv',
    format: 'csv',
    output: partFiles((number) => join(folder, `${number}.asc`)),
    recipient,
    compress: 1,
    limits: { sealedBytes: (mib * MIB) / 20, openedBytes: 5e9 },
  });
  rmSync(folder, { recursive: true });
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const largest = Math.max(...parts.map(({ sealed }) => sealed?.sealedBytes ?? Infinity));
  const fits = largest < (mib * MIB) / 20;
  process.stdout.write(JSON.stringify({ rows, parts: parts.length, fits }));
}

/** Seals and opens at the same time, with a sink that now and then makes the pipeline wait. */
async function measure(mib: number): Promise<void> {
  global.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const piece = Buffer.from(Array.from({ length: MIB }, (_, i) => (i * i) >> 3));
  async function* source() {
    for (let i = 0; i < mib; i += 1) yield piece;
  }
  const channel = new TransformStream<Uint8Array, Uint8Array>();
  const writer = channel.writable.getWriter();
  const sealing = seal(
    { source: source(), fileName: 'big.csv', recipient, compress: 1 },
    { write: (chunk) => writer.write(Buffer.from(chunk)) }, // the stream keeps it
  ).then(async (outcome) => {
    await writer.close();
    return outcome;
  });
  let writes = 0;
  const opening = open(
    { source: channel.readable, file: 'big.csv.asc', keys },
    {
      async write() {
        look();
        writes += 1;
        if (writes % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    },
  );
  const [sealed, opened] = await Promise.all([sealing, opening]);
  process.stdout.write(
    JSON.stringify({
      plainBytes: sealed.plainBytes,
      same: sealed.plainSha256 === opened.openedSha256,
      grownMib: Math.round((peak - before) / MIB),
    }),
  );
}
