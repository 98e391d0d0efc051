// @ts-check
// `npm run demo`: the newcomer's journey without a window, with everything real. Data files are checked,
// sealed and sent over SFTP by the CLI to the bundled server, which opens and imports them; then every
// row that arrived is compared with the file. Exits 1 when anything differs. Leaves nothing behind.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './lib/build.mjs';
import { startServer } from './lib/demo-server.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { expectedRows, firstDifference } from './lib/expected-rows.mjs';
import { main, root, say, ScriptError } from './lib/project.mjs';
import { makeSshKey } from './lib/ssh-key.mjs';

/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */
/** @typedef {import('../shared/domain/job.ts').Receipt} Receipt */
/**
 * @typedef {object} Journey
 * @property {string} folder temporary, removed at the end
 * @property {Server} server
 * @property {string} keyId
 * @property {AbortSignal} signal
 */

const email = 'demo@example.com';
const interruptedExit = 130;

await main(async () => {
  await ensureDependencies();
  await ensureBuilt();
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => interrupt.abort());
  const folder = await mkdtemp(join(tmpdir(), 'sealift-demo-'));
  try {
    await demonstrate(folder, interrupt.signal);
    return 0;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    say('broken off; nothing was kept');
    return interruptedExit;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/**
 * @param {string} folder
 * @param {AbortSignal} signal
 */
async function demonstrate(folder, signal) {
  const startedAt = performance.now();
  const server = await startServer(join(folder, 'server'), signal);
  try {
    const { http, sftp } = server.ready;
    tell(`The bundled server listens: console ${http}, SFTP ${sftp.host}:${sftp.port}.`);
    const journey = await prepare(folder, server, signal);
    await sendOrders(journey);
    await sendOrdersWithFaults(journey);
    await sendAirports(journey);
    tell('\nThe mails that came of it:');
    for (const subject of await server.console.mailSubjects(email)) tell(`    ${subject}`);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    tell(`\nEvery row arrived as it was in its file. ${seconds} seconds; nothing was kept.`);
  } finally {
    await server.stop();
  }
}

/**
 * An SSH key of ours for the account, and a key set from the platform.
 * @param {string} folder
 * @param {Server} server
 * @param {AbortSignal} signal
 * @returns {Promise<Journey>}
 */
async function prepare(folder, server, signal) {
  const sshKey = await makeSshKey('sealift-demo');
  await writeFile(join(folder, 'identity'), sshKey.private, { mode: 0o600 });
  await server.console.addSshKey(sshKey.public);
  tell('An SSH key was made, and its public half registered with the account.');
  const { keyId, fingerprint, publicKey } = await server.console.receiveKeySet();
  await writeFile(join(folder, 'platform.asc'), publicKey);
  const { host, port } = server.ready.sftp;
  tell(`A key set was received: Key ID ${keyId}, fingerprint ${fingerprint}.`);
  tell(`The host key of ${host}:${port} is ${server.ready.sftp.hostKeySha256}.`);
  return { folder, server, keyId, signal };
}

/**
 * The sample file, event by event.
 * @param {Journey} journey
 */
async function sendOrders(journey) {
  const path = join(root, 'assets/sample/orders.csv');
  const { text, manifest } = await makeManifest(journey, path, 'event');
  const { record } = await send(journey, path, text);
  const found = await journey.server.console.events(record.id);
  await requireSame(path, expectedRows(await readFile(path, 'utf8'), manifest), found);
}

/**
 * A file with faults: the platform takes the good rows and reports the others.
 * @param {Journey} journey
 */
async function sendOrdersWithFaults(journey) {
  const path = join(root, 'assets/sample/orders-with-faults.csv');
  const { text } = await makeManifest(journey, path, 'event');
  const { record, report } = await send(journey, path, text, '--accept-rejected');
  if (record.accepted !== report.accepted || record.rejected !== report.rejected) {
    throw new ScriptError(
      `the check said ${report.accepted} accepted and ${report.rejected} rejected rows, the platform ${record.accepted} and ${record.rejected}`,
    );
  }
  const verdict = `${record.accepted} rows accepted, ${record.rejected} rejected`;
  tell(`    ${verdict} by the platform, as the check had said beforehand.`);
}

/**
 * A real data set: the airports of the package vega-datasets, a profile each, known by its IATA code.
 * @param {Journey} journey
 */
async function sendAirports(journey) {
  // The package exports its code only; the data lie beside it.
  const dataset = new URL('../data/airports.csv', import.meta.resolve('vega-datasets'));
  const path = fileURLToPath(dataset);
  const guessed = await makeManifest(journey, path, 'profile');
  // The guess cannot know that a code identifies an airport; a person says so.
  guessed.manifest.columns.iata = { ctName: 'identity', dataType: 'STRING' };
  const { record } = await send(journey, path, JSON.stringify(guessed.manifest, null, 2));
  const expected = expectedRows(await readFile(path, 'utf8'), guessed.manifest);
  const { console: platform } = journey.server;
  const found = await platform.profiles(expected.map(({ identity }) => identity));
  await requireSame(path, expected, found);
  if (record.accepted !== expected.length) throw new ScriptError('not every airport was accepted');
}

/**
 * @param {Journey} journey
 * @param {string} data
 * @param {'event' | 'profile'} type
 */
async function makeManifest({ keyId, folder, signal }, data, type) {
  const args = ['manifest', 'init', data, '--type', type, '--email', email, '--key-id', keyId];
  const { text, manifest } = await sealift(args, folder, signal);
  return { text, manifest };
}

/**
 * Sends one file and waits until the platform has dealt with it.
 * @param {Journey} journey
 * @param {string} data
 * @param {string} manifestText
 * @param {...string} further
 */
async function send({ folder, server, signal }, data, manifestText, ...further) {
  const manifest = join(folder, 'data.manifest');
  await writeFile(manifest, manifestText);
  const { account, sftp } = server.ready;
  const result = await sealift(
    [
      ...[
        'send',
        data,
        '--manifest',
        manifest,
        '--to',
        `sftp://${account}@${sftp.host}:${sftp.port}/`,
      ],
      ...['--identity', join(folder, 'identity'), '--accept-new-host-key'],
      ...['--recipient', join(folder, 'platform.asc'), ...further],
    ],
    folder,
    signal,
  );
  /** @type {Receipt} */
  const receipt = result.receipts[0];
  // The CLI took the key on first sight; the server itself says which one is right.
  if (receipt.hostKeySha256 !== sftp.hostKeySha256) {
    throw new ScriptError(`the receipt names the host key ${receipt.hostKeySha256}`);
  }
  tellReceipt(receipt);
  const [part] = receipt.parts;
  if (part === undefined || receipt.parts.length > 1) throw new ScriptError('not one part arrived');
  const record = await server.console.finishedImport(part.manifest.name);
  if (record.status === 'failed') {
    const reasons = record.problems.map(({ message }) => message).join('; ');
    throw new ScriptError(`the import of ${part.data.name} failed: ${reasons}`);
  }
  return { record, report: result.reports[0].report };
}

/**
 * @param {string} path
 * @param {import('./lib/expected-rows.mjs').Row[]} expected
 * @param {import('./lib/expected-rows.mjs').Row[]} found
 */
async function requireSame(path, expected, found) {
  const difference = firstDifference(expected, found);
  if (difference) throw new ScriptError(`${path} did not arrive as it is: ${difference}`);
  tell(`    ${found.length} rows read back, each compared with the file: all the same.`);
}

/**
 * Runs the CLI with `--json` and gives its result.
 * @param {readonly string[]} args
 * @param {string} folder
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
async function sealift(args, folder, signal) {
  const profile = join(folder, 'profile');
  await mkdir(profile, { recursive: true, mode: 0o700 });
  const child = spawn(process.execPath, [join(root, 'dist/main/cli.js'), ...args, '--json'], {
    env: { ...process.env, SEALIFT_HOME: profile },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.resume();
  await new Promise((done) => child.once('error', done).once('close', done));
  signal.throwIfAborted();
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  if (result.ok) return result;
  throw new ScriptError(`sealift ${args[0]}: ${result.error.text} ${result.error.next}`);
}

/** @param {Receipt} receipt */
function tellReceipt({ sourceName, rows, parts, plainSha256, recipientFingerprint }) {
  tell(`\n${sourceName}: ${rows} rows, checked, sealed and delivered.`);
  tell(`    plain     sha256 ${plainSha256}`);
  for (const { name, sizeBytes, sha256 } of parts.flatMap((part) => [part.data, part.manifest])) {
    tell(`    ${name}  ${sizeBytes} bytes  sha256 ${sha256}`);
  }
  tell(`    sealed to ${recipientFingerprint}`);
}

/** @param {string} line */
function tell(line) {
  process.stdout.write(`${line}\n`);
}
