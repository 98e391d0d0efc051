// A large file up and down: the server never holds more than a small part of it. On PostgreSQL, since
// the embedded database alone holds some 850 MiB. `SEALIFT_LARGE_MIB` says how large (default 200);
// `npm run test:large` runs this with 3,072.
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApp, TestTenant } from '../../helpers/sds.ts';
import { makeWorkFolder } from '../server/harness.ts';
import { Postgres } from '../server/postgres.ts';
import { get, linkTo, openUpload } from './files-harness.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = Number(process.env.SEALIFT_LARGE_MIB ?? 200);
/** Of the server's greatest resident size (VmHWM). */
const CEILING_MIB = 150;
const START_MS = 180_000;
const work = makeWorkFolder();

describe.skipIf(process.platform !== 'linux')('a large file (needs /proc of Linux)', () => {
  let postgres: Postgres | undefined;
  let sds: SdsServer;
  let tenant: TestTenant;
  let app: TestApp;

  beforeAll(async () => {
    postgres = await Postgres.start(join(work.path, 'pg'));
    const env = { DATABASE_URL: postgres.url };
    sds = await startSds({ dataDir: join(work.path, 'data'), env });
    ({ tenant } = sds);
    app = await tenant.register('app');
  }, START_MS);

  afterAll(async () => {
    await sds?.server.stop();
    await postgres?.stop();
    work.remove();
  });

  it('goes up and comes down in both forms', { timeout: START_MS + SIZE_MIB * 1500 }, async () => {
    const id = await tenant.makeVault(app, 'vault');
    const put = (permission: string) =>
      tenant.must(app, 'PUT', `/vaults/${id}`, {
        body: { permissions: [{ app: 'app', permission }] },
      });
    report('before', sds);
    const upload = openUpload(tenant, app, { vault: 'vault', name: 'large' });
    const sum = createHash('sha256');
    // Never the same twice, and made faster than it is sent.
    const noise = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
    const zeros = Buffer.alloc(MIB);
    for (let n = 0; n < SIZE_MIB; n += 1) {
      const bytes = noise.update(zeros);
      sum.update(bytes);
      if (!upload.request.write(bytes)) await once(upload.request, 'drain');
    }
    upload.request.end();
    const { status, text } = await upload.answer;
    expect(status).toBe(202);
    const sent = sum.digest('hex');
    report('after the upload', sds);
    const { id: file } = (JSON.parse(text) as { data: { id: string } }).data;

    await put('110');
    const plain = await linkTo(tenant, app, file);
    expect(await download(plain.link)).toEqual({ size: SIZE_MIB * MIB, sum: sent });
    report('after the download', sds);
    await put('101');
    const sealed = await linkTo(tenant, app, file);
    const { size } = await download(sealed.link);
    expect(size).toBe(SIZE_MIB * MIB + 16);
    report('after the encrypted download', sds);
    // The last block of all: encrypted from the beginning, and none of it held.
    expect((await get(sealed.link, { Range: 'bytes=-16' })).body.length).toBe(16);
    expect(report('after a range at its end', sds)).toBeLessThan(CEILING_MIB);
  });
});

async function download(link: string): Promise<{ size: number; sum: string }> {
  const sent = request(link).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const sum = createHash('sha256');
  let size = 0;
  for await (const bytes of response as AsyncIterable<Buffer>) {
    sum.update(bytes);
    size += bytes.length;
  }
  return { size, sum: sum.digest('hex') };
}

/** Prints the peak so far, with the time. @returns it */
function report(when: string, sds: SdsServer): number {
  const peak = peakMib(sds);
  const seconds = Math.round(performance.now() / 1000);
  process.stdout.write(`${SIZE_MIB} MiB: ${peak} MiB ${when} (at ${seconds} s)\n`);
  return peak;
}

function peakMib({ server }: SdsServer): number {
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
}
