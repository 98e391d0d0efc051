// The mail about an import that runs for longer than the interval.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Customer, TestServer, makeWorkFolder, runServer, waitFor } from './harness.ts';

const ROWS = 150_000;
const TO = 'slow@example.com';

const work = makeWorkFolder();
let customer: Customer;
let server: TestServer;

beforeAll(async () => {
  customer = new Customer(join(work.path, 'customer'));
  server = await TestServer.start({ args: ['--processing-mail-interval', '1'] });
  await customer.register(server);
});
afterAll(async () => {
  await server.stop();
  customer.remove();
  work.remove();
});

it('is sent while it runs, and ends with it', async () => {
  const key = await server.generateKey();
  const rows = Array.from({ length: ROWS }, (_, row) => `u${row},Viewed,${row}`).join('\n');
  const manifest = { name: 'slow.manifest', type: 'event', clientEmail: TO } as const;
  customer.prepare('slow.csv', `identity,evtName,page\n${rows}\n`, key, manifest);
  await customer.sftp(server, ['put slow.csv.asc', 'put slow.manifest']);

  const early = await server.mailTo(TO, 2);
  const [running] = (await server.imports()).items;
  expect(running).toMatchObject({ status: 'processing', finishedAt: null });
  expect(early[0]?.subject).toBe('Picked up: slow.csv.asc');
  expect(early[1]?.subject).toBe('Still processing: slow.csv.asc');
  expect(early[1]?.text).toContain('1 second after it arrived');
  // Before the integrity of the message is known, nothing is told of its rows.
  expect(early[1]?.text).not.toMatch(/\brows?\b/);

  expect(await server.verdictOn('slow.manifest')).toMatchObject({ accepted: ROWS });
  const last = await waitFor('the last mail', async () => {
    const mails = await server.mailTo(TO, 4);
    return mails.at(-1)?.subject.startsWith('Imported') ? mails : undefined;
  });
  const turns = last
    .filter(({ subject }) => subject.startsWith('Still processing'))
    .map(({ text }) => Number(/(\d+) seconds? after/.exec(text)?.[1]));
  expect(turns).toEqual([...new Set(turns)].sort((a, b) => a - b));
  await wait(1500);
  expect(await server.mailTo(TO, last.length)).toHaveLength(last.length);
});

it.each(['0', '-1', 'soon', '604801'])('refuses the interval %s', async (seconds) => {
  const { code, output } = await runServer([`--processing-mail-interval=${seconds}`]);
  expect(code).toBe(2);
  expect(output).toContain('--processing-mail-interval takes');
});
