// @ts-check
// `npm run test:large`: a file of 2 GiB goes the whole way: checked, split, sealed and sent by the CLI,
// imported by the bundled server, each a process of its own, and neither may ever hold more than its
// ceiling of memory (`-- delivery`). Then a file of 3 GiB goes up to SDS and down (`-- files`). `-- --mib N`
// takes another size. Needs Linux, whose kernel keeps the peaks.
// Everything lies in a temporary folder that is removed however this ends.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './lib/build.mjs';
import { startServer } from './lib/demo-server.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { measureFiles } from './lib/large-files.mjs';
import { main, root, say, ScriptError } from './lib/project.mjs';
import { makeSshKey } from './lib/ssh-key.mjs';

const MIB = 1024 * 1024;
const DEFAULT_MIB = 2048;
/** What can be named on the command line; without a name all of them run. */
const SECTIONS = ['delivery', 'files'];
/** Of the greatest resident size of each process. A file held whole would need many times as much. */
const CEILING_MIB = { client: 400, server: 1200 };
/** The file, its sealed form on both sides, and the rows with their log in the database. */
const DISK_SHARE = 5;
const ROW_TEXT_BYTES = 900;
const ROWS_AT_ONCE = 1000;
const IMPORT_TIME_MS = 3 * 60 * 60 * 1000;
const LOOK_EVERY_MS = 200;

/** @typedef {import('../shared/domain/job.ts').Receipt} Receipt */
/** @typedef {{ pid: number | undefined, peakMib: number, stop: () => void }} Meter */

await main(async () => {
  const { values, positionals } = parseArgs({
    options: { mib: { type: 'string' } },
    allowPositionals: true,
  });
  const mib = values.mib === undefined ? undefined : Number(values.mib);
  if (mib !== undefined && (!Number.isInteger(mib) || mib < 1)) {
    throw new ScriptError('--mib wants a whole number');
  }
  const unknown = positionals.find((name) => !SECTIONS.includes(name));
  if (unknown !== undefined) {
    throw new ScriptError(`there is no "${unknown}"; there are: ${SECTIONS.join(', ')}`);
  }
  const isChosen = (/** @type {string} */ name) =>
    positionals.length === 0 || positionals.includes(name);
  await ensureDependencies();
  await ensureBuilt();
  const codes = [
    isChosen('delivery') ? await measureDelivery(mib ?? DEFAULT_MIB) : 0,
    isChosen('files') ? measureFiles(mib) : 0,
  ];
  return Math.max(...codes);
});

/** @param {number} mib */
async function measureDelivery(mib) {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => interrupt.abort());
  const folder = await mkdtemp(join(tmpdir(), 'sealift-large-'));
  try {
    await requireSpace(folder, mib);
    return await measure(folder, mib, interrupt.signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {number} mib
 */
async function requireSpace(folder, mib) {
  const { bavail, bsize } = await statfs(folder);
  const freeMib = Math.floor((bavail * bsize) / MIB);
  const neededMib = mib * DISK_SHARE;
  tell(`${folder} has ${freeMib} MiB free; up to ${neededMib} MiB are needed.`);
  if (freeMib < neededMib) throw new ScriptError('that is not enough; TMPDIR names another folder');
}

/**
 * @param {string} folder
 * @param {number} mib
 * @param {AbortSignal} signal
 */
async function measure(folder, mib, signal) {
  const data = join(folder, 'large.csv');
  const rows = await generate(data, mib, signal);
  tell(`large.csv: ${mib} MiB, ${rows} rows.`);
  const server = await startServer(join(folder, 'server'), signal);
  const serverMeter = meter(server.pid);
  const started = performance.now();
  try {
    const sent = await send({ folder, data, server, signal });
    const sentAfter = performance.now();
    const records = [];
    const parts = sent.receipts.flatMap((receipt) => receipt.parts);
    for (const { manifest } of parts) {
      const record = await server.console.finishedImport(manifest.name, IMPORT_TIME_MS);
      for (const { code, message } of record.problems) tell(`${manifest.name}: ${code} ${message}`);
      records.push(record);
    }
    const minutes = (/** @type {number} */ from, /** @type {number} */ to) =>
      ((to - from) / 60_000).toFixed(1);
    const sealedBytes = parts.reduce((sum, { data }) => sum + data.sizeBytes, 0);
    tell(`Sent in ${minutes(started, sentAfter)} minutes, ${parts.length} part(s).`);
    tell(`Imported ${minutes(sentAfter, performance.now())} minutes after that.\n`);
    return judge([
      ['rows in the file', rows, ''],
      ['rows imported', sumOf(records, 'accepted'), rows],
      ['rows rejected', sumOf(records, 'rejected'), 0],
      ['sealed bytes', sealedBytes, ''],
      ['peak of the CLI, MiB', sent.peakMib, CEILING_MIB.client],
      ['peak of the server, MiB', serverMeter.peakMib, CEILING_MIB.server],
    ]);
  } finally {
    serverMeter.stop();
    await server.stop();
  }
}

/**
 * Events whose text hardly compresses, so that the sealed data is more than half as large.
 * @param {string} path
 * @param {number} mib
 * @param {AbortSignal} signal
 * @returns {Promise<number>} how many rows
 */
async function generate(path, mib, signal) {
  const file = await open(path, 'w');
  let rows = 0;
  try {
    let bytes = (await file.write('identity,evtName,ts,price,note\r\n')).bytesWritten;
    while (bytes < mib * MIB) {
      signal.throwIfAborted();
      const noise = randomBytes((ROWS_AT_ONCE * ROW_TEXT_BYTES) / 2).toString('hex');
      let block = '';
      for (let index = 0; index < ROWS_AT_ONCE; index += 1) {
        const note = noise.slice(index * ROW_TEXT_BYTES, (index + 1) * ROW_TEXT_BYTES);
        block += `user-${rows + index},Bought,17${String(rows + index).padStart(8, '0')},12.50,"Zoë, ${note}"\r\n`;
      }
      rows += ROWS_AT_ONCE;
      bytes += (await file.write(block)).bytesWritten;
    }
  } finally {
    await file.close();
  }
  return rows;
}

/**
 * @param {{ folder: string, data: string, server: Awaited<ReturnType<typeof startServer>>, signal: AbortSignal }} journey
 * @returns {Promise<{ receipts: Receipt[], peakMib: number }>}
 */
async function send({ folder, data, server, signal }) {
  const sshKey = await makeSshKey('sealift-large');
  await writeFile(join(folder, 'identity'), sshKey.private, { mode: 0o600 });
  await server.console.addSshKey(sshKey.public);
  const { keyId, publicKey } = await server.console.receiveKeySet();
  await writeFile(join(folder, 'platform.asc'), publicKey);
  const profile = join(folder, 'profile');
  await mkdir(profile, { mode: 0o700 });
  const { account, sftp } = server.ready;
  const child = spawn(
    process.execPath,
    [
      ...[join(root, 'dist/main/cli.js'), 'send', data, '--json', '--accept-new-host-key'],
      ...['--to', `sftp://${account}@${sftp.host}:${sftp.port}/`],
      ...['--identity', join(folder, 'identity'), '--recipient', join(folder, 'platform.asc')],
      ...['--type', 'event', '--email', 'large@example.com', '--key-id', keyId],
    ],
    { env: { ...process.env, SEALIFT_HOME: profile }, stdio: ['ignore', 'pipe', 'pipe'], signal },
  );
  const clientMeter = meter(child.pid);
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.resume();
  await new Promise((done) => child.once('error', done).once('close', done));
  clientMeter.stop();
  signal.throwIfAborted();
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  if (!result.ok) throw new ScriptError(`send: ${result.error.text} ${result.error.next}`);
  return { receipts: result.receipts, peakMib: clientMeter.peakMib };
}

/**
 * Follows the greatest resident size of a process, which the kernel keeps (VmHWM) and which ends with it.
 * @param {number | undefined} pid
 * @returns {Meter}
 */
function meter(pid) {
  const look = async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const kib = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    found.peakMib = Math.max(found.peakMib, Math.round(kib / 1024));
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  const found = { pid, peakMib: 0, stop: () => clearInterval(timer) };
  return found;
}

/**
 * @param {readonly { accepted: number, rejected: number }[]} records
 * @param {'accepted' | 'rejected'} what
 */
function sumOf(records, what) {
  return records.reduce((sum, record) => sum + record[what], 0);
}

/**
 * Prints the figures beside what they are held to: memory below its ceiling, rows exactly.
 * @param {readonly (readonly [name: string, found: number, wanted: number | ''])[]} figures
 * @returns {number} the exit code
 */
function judge(figures) {
  let failures = 0;
  for (const [name, found, wanted] of figures) {
    const isPeak = name.startsWith('peak');
    // A peak of nothing was never measured.
    const isRight = wanted === '' || (isPeak ? found > 0 && found < wanted : found === wanted);
    if (!isRight) failures += 1;
    const held = wanted === '' ? '' : `${isPeak ? 'below' : 'exactly'} ${wanted}`;
    tell(`${name.padEnd(26)}${String(found).padStart(12)}   ${held}${isRight ? '' : '   FAILED'}`);
  }
  if (failures > 0) say('the file did not go through as it must');
  return failures > 0 ? 1 : 0;
}

/** @param {string} line */
function tell(line) {
  process.stdout.write(`${line}\n`);
}
