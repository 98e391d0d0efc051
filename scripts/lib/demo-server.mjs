// @ts-check
// The bundled server as the demo and the test of large files use it: its own process on free ports, spoken to over its console
// API as any client would.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root, ScriptError } from './project.mjs';

const readyTimeMs = 60_000;
const importTimeMs = 60_000;
const profilesAtOnce = 16;

/** @typedef {import('../../shared/domain/import.ts').ServerReady} ServerReady */
/** @typedef {import('../../shared/domain/import.ts').ImportRecord} ImportRecord */
/** @typedef {import('./expected-rows.mjs').Row} Row */

/**
 * @param {string} dataFolder
 * @param {AbortSignal} signal ends all calls to it
 */
export async function startServer(dataFolder, signal) {
  const entry = join(root, 'dist/server/index.js');
  const child = spawn(process.execPath, [entry, '--data', dataFolder, '--exit-with-parent'], {
    // The pipe closes with this process, however that ends, and the server stops.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => (log = `${log}${chunk}`.slice(-4000)));
  const ended = new Promise((done) => child.once('exit', done));
  const end = new AbortController();
  void ended.then((code) => end.abort(new ScriptError(`the server ended (${code}):\n${log}`)));
  const line = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ScriptError('the server gave no sign')), readyTimeMs);
    createInterface(child.stdout).once('line', resolve);
    void ended.then((code) => reject(new ScriptError(`the server ended (${code}):\n${log}`)));
    void ended.then(() => clearTimeout(timer));
  });
  /** @type {ServerReady} */
  const ready = JSON.parse(line);
  const { adminToken } = JSON.parse(await readFile(ready.credentialsFile, 'utf8'));
  return {
    ready,
    pid: child.pid,
    console: new Console(ready, adminToken, AbortSignal.any([signal, end.signal])),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The calls of the console API that the demo needs. */
class Console {
  #url;
  #account;
  #token;
  #signal;

  /**
   * @param {ServerReady} ready
   * @param {string} adminToken
   * @param {AbortSignal} signal
   */
  constructor({ http, account }, adminToken, signal) {
    this.#signal = signal;
    this.#url = `${http}/v1`;
    this.#account = `/accounts/${account}`;
    this.#token = adminToken;
  }

  /** @param {string} publicKey a line as in authorized_keys */
  async addSshKey(publicKey) {
    await this.#call(`${this.#account}/ssh-keys`, { name: 'demo', publicKey });
  }

  /** @returns {Promise<{ keyId: string, fingerprint: string, publicKey: string }>} */
  receiveKeySet() {
    const generate = { name: 'Sealift demo', email: 'demo@example.com' };
    return this.#call(`${this.#account}/pgp-keys`, { generate });
  }

  /**
   * Waits until the import is finished.
   * @param {string} manifestName
   * @param {number} [timeMs]
   * @returns {Promise<ImportRecord>}
   */
  async finishedImport(manifestName, timeMs = importTimeMs) {
    const deadline = Date.now() + timeMs;
    while (Date.now() < deadline) {
      const { items } = await this.#call(`${this.#account}/imports`).catch((error) => {
        // A busy server may close a connection that it takes for idle, just as it is used again.
        if (!(error instanceof TypeError)) throw error;
        return { items: [] };
      });
      const found = items.find((/** @type {ImportRecord} */ one) => one.manifest === manifestName);
      if (found?.finishedAt) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new ScriptError(`${manifestName} was not imported within ${timeMs / 1000} seconds`);
  }

  /**
   * The events of one import, in the order of its rows.
   * @param {string} importId
   * @returns {Promise<Row[]>}
   */
  async events(importId) {
    /** @type {(Row & { importId: string, row: number })[]} */
    const found = [];
    /** @type {{ items: typeof found, next?: string }} */
    let page = { items: [] };
    do {
      const after = page.next ? `&after=${page.next}` : '';
      page = await this.#call(`${this.#account}/events?limit=1000${after}`);
      found.push(...page.items);
    } while (page.next);
    return found
      .filter((event) => event.importId === importId)
      .toSorted((a, b) => a.row - b.row)
      .map(({ identity, name, ts, properties }) => ({ identity, name, ts, properties }));
  }

  /**
   * @param {readonly string[]} identities
   * @returns {Promise<Row[]>} in the same order
   */
  async profiles(identities) {
    /** @type {Row[]} */
    const found = [];
    for (let start = 0; start < identities.length; start += profilesAtOnce) {
      const some = identities.slice(start, start + profilesAtOnce);
      const path = `${this.#account}/profiles`;
      const calls = some.map((identity) => this.#call(`${path}/${encodeURIComponent(identity)}`));
      for (const { identity, properties } of await Promise.all(calls)) {
        found.push({ identity, properties });
      }
    }
    return found;
  }

  /**
   * Subjects of the mail to this address, oldest first.
   * @param {string} to
   * @returns {Promise<string[]>}
   */
  async mailSubjects(to) {
    const { items } = await this.#call(`/mail?to=${encodeURIComponent(to)}&limit=1000`);
    return items.map((/** @type {{ subject: string }} */ mail) => mail.subject).reverse();
  }

  /**
   * @param {string} path
   * @param {object} [body] makes it a POST
   * @returns {Promise<any>}
   */
  async #call(path, body) {
    const response = await fetch(this.#url + path, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      body: body ? JSON.stringify(body) : null,
      signal: this.#signal,
    });
    if (response.ok) return response.json();
    throw new ScriptError(`the server answered ${response.status} to ${path.split('?')[0]}`);
  }
}
