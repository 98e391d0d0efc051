// What the window's memory holds of keys and values: nothing of the private key, and of values only those revealed.
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectronApplication } from '@playwright/test';
import { startSdsServer, storeRecords } from '../helpers/sds-server.ts';
import type { SdsServer } from '../helpers/sds-server.ts';
import { heapHolding } from './harness/heap.ts';
import { answerSaveDialog, expect, test } from './harness/index.ts';
import { Vaults } from './pages/vaults.ts';

const RECORDS = 24;
const passphrase = 'otter-umbrella-quartz-1947';
const valueOf = (index: number) => `zebra-${index}-marmalade-${index * 7919}`;

let sds: SdsServer;
test.beforeAll(async () => {
  sds = await startSdsServer();
});
test.afterAll(() => sds.stop());

test(
  'the window holds no private key, and no value that was not revealed',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    test.slow();
    const { url, access, tenant, owner } = sds;
    const { app, window } = await launchApp();
    const answers = await recordAnswers(app);
    const vaults = new Vaults(window);
    await vaults.addTenant(url, access);
    await vaults.makeApp('reader-1');
    await tenant.makeVault(owner, 'people', {
      readLimit: 50,
      permissions: [{ app: 'reader-1', permission: '001' }],
    });
    await storeRecords(sds, 'people', RECORDS, valueOf);
    const secrets = [
      ...(await privateKeyPieces(vaults, app, join(user.home, 'reader.pem'))),
      ...inBase64(access.clientSecret),
      access.clientSecret,
    ];
    const values = Array.from({ length: RECORDS }, (_, index) => valueOf(index));
    const asStored = values.map((value) => Buffer.from(value).toString('base64'));

    // Opened, decrypted and copied, all without being shown.
    await vaults.open('people');
    const list = vaults.records('people');
    await expect(list.getByText('decrypted here').first()).toBeVisible();
    await list.focus();
    await window.keyboard.press('Home');
    await window.keyboard.press('c');
    await expect(window.getByText(/leaves the clipboard in 30 s/)).toBeVisible();
    const copied = await app.evaluate(({ clipboard }) => clipboard.readText());
    expect(values).toContain(copied);
    expect(await heapHolding(window, [...secrets, ...values, ...asStored])).toEqual([]);

    // The same search finds a value that is revealed, and only that one.
    await list.focus();
    await window.keyboard.press('r');
    await expect(window.getByLabel('Value', { exact: true })).toHaveText(copied);
    expect(await heapHolding(window, [...secrets, ...values])).toEqual([copied]);

    // Nor was a secret ever told, that the window has let go of since.
    const told = await answers();
    expect(told).toContain('"name":"reader-1"');
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  },
);

/** Keeps what main answers to the window from now on. @returns all of it, as JSON */
async function recordAnswers(app: ElectronApplication): Promise<() => Promise<string>> {
  await app.evaluate(({ ipcMain }) => {
    type Handler = (...input: readonly unknown[]) => unknown;
    // Electron has no other way to see what its handlers answer.
    const { _invokeHandlers: handlers } = ipcMain as unknown as {
      _invokeHandlers: Map<string, Handler>;
    };
    const answers: string[] = [];
    for (const [channel, handler] of handlers) {
      handlers.set(channel, async (...input) => {
        const answer = await handler(...input);
        answers.push(JSON.stringify(answer));
        return answer;
      });
    }
    (globalThis as { answersOfMain?: string[] }).answersOfMain = answers;
  });
  return () =>
    app.evaluate(() =>
      ((globalThis as { answersOfMain?: string[] }).answersOfMain ?? []).join('\n'),
    );
}

/** Pieces of the app's private key as JWK, PEM lines, and hex, learned through an export. */
async function privateKeyPieces(
  vaults: Vaults,
  app: ElectronApplication,
  path: string,
): Promise<string[]> {
  await answerSaveDialog(app, path);
  await vaults.more('reader-1', 'Export private key…');
  await vaults.dialog.getByRole('textbox', { name: 'Passphrase for the file' }).fill(passphrase);
  await vaults.dialog.getByRole('textbox', { name: 'Passphrase again' }).fill(passphrase);
  await vaults.dialog.getByText('I understand what leaving the store means').click();
  await vaults.submit('Export private key…');
  const key = createPrivateKey({ key: await readFile(path), passphrase });
  const { d, p, q } = key.export({ format: 'jwk' }) as Record<'d' | 'p' | 'q', string>;
  const forms = (['pkcs8', 'pkcs1'] as const).flatMap((type) => {
    const pem = String(key.export({ format: 'pem', type }));
    const hex = key.export({ format: 'der', type }).toString('hex');
    // The public modulus comes first in both, and the window shows it.
    return [...pem.split('\n').slice(8, -2), hex.slice(700, 764), hex.slice(900, 964)];
  });
  const raw = [d, p, q].map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  return [passphrase, ...[d, p, q].map((part) => part.slice(8, 72)), ...forms, ...raw];
}

/** The middle of the text's base64, at each of the three places where it can begin. */
function inBase64(text: string): string[] {
  return [0, 1, 2].map((before) =>
    Buffer.from('x'.repeat(before) + text)
      .toString('base64')
      .slice(4, -4),
  );
}
