// A delivery survives: the line is pulled at 40 %, the app is killed at 60 %, the user pauses it and changes the order.
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { startSshd } from '../helpers/sshd.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import type { TcpProxy } from '../helpers/tcp-proxy.ts';
import { Peers } from '../interop/seal/peers.ts';
import { expect, keepScreen, test } from './harness/index.ts';
import { addConnection, importPlatformKey, opened, toReview } from './pages/own-account.ts';
import { Wizard } from './pages/wizard.ts';

const MIB = 1024 * 1024;
/** Six seconds and more at the limit that is set below. */
const ROWS = 100_000;
const RATE = 'At most 2.00 MB/s';
const DELIVERY_MS = 120_000;

test.slow();

const csv = (rows = ROWS): string => {
  const lines = Array.from({ length: rows }, (_, index) => {
    const note = randomBytes(75).toString('base64');
    return `u${index},Bought,1760000000,${note}\n`;
  });
  return `customer_id,event_name,timestamp,note\n${lines.join('')}`;
};

let gpg: Peers;
let sshd: Sshd;
let line: TcpProxy;

test.beforeEach(async () => {
  gpg = await Peers.start();
  sshd = await startSshd();
  line = await startTcpProxy(sshd.port);
});
test.afterEach(async () => {
  await line.stop();
  await sshd.stop();
  await gpg.stop();
});

/** An account behind the line, and a limit that makes time to break things. */
async function settle(app: ElectronApplication, window: Page, keyPath: string): Promise<void> {
  const wizard = new Wizard(window);
  await importPlatformKey(gpg, window);
  await addConnection(app, window, { ...sshd, port: line.port }, keyPath);
  await window.getByText('Test connection', { exact: true }).click();
  await wizard.button('Trust this host key').click();
  await expect(window.getByText(/^Logged in as /)).toBeVisible();
  await setRate(window, RATE);
}

async function setRate(window: Page, rate: string): Promise<void> {
  await new Wizard(window).go('Settings');
  await window.getByLabel('Upload, all together').selectOption(rate);
}

/** Waits until so much of the file was sent, as the window says. */
async function reach(window: Page, percent: number): Promise<void> {
  const bar = window.getByRole('progressbar', { name: /^Send/ });
  await expect
    .poll(async () => Number(await bar.getAttribute('aria-valuenow')), {
      timeout: DELIVERY_MS,
      intervals: [50],
    })
    .toBeGreaterThanOrEqual(percent);
}

/** Whether the machine is kept awake. */
const isAwake = (app: ElectronApplication) =>
  app.evaluate(({ powerSaveBlocker }) =>
    Array.from({ length: 20 }, (_, id) => id).some((id) => powerSaveBlocker.isStarted(id)),
  );

/** Not the process that started it: the app's own. */
async function killed(app: ElectronApplication): Promise<void> {
  const pid = await app.evaluate(() => process.pid);
  const closed = app.waitForEvent('close');
  process.kill(pid, 'SIGKILL');
  await closed;
}

async function expectArrived(names: readonly string[], rows: string): Promise<void> {
  expect((await readdir(sshd.rootDir)).sort()).toEqual([...names]);
  expect((await opened(gpg, join(sshd.rootDir, 'orders.csv.asc'))) === rows).toBe(true);
}

test('the line is pulled at 40 %: it waits, and goes on from there', async ({
  launchApp,
  user,
}) => {
  const { app, window } = await launchApp();
  const wizard = new Wizard(window);
  await settle(app, window, await user.addFile('id_sftp', await readFile(sshd.identityPath)));
  const rows = csv();
  await toReview(window, await user.addFile('orders.csv', rows));
  expect(await isAwake(app)).toBe(false);
  await wizard.button('Seal and send').click();
  await reach(window, 40);
  expect(await isAwake(app)).toBe(true);
  await keepScreen(window, 'resume-under-way');
  line.targetPort = 1;
  line.cut();
  await expect(window.getByText(/Sealift tries again by itself/)).toBeVisible({ timeout: 30_000 });
  await keepScreen(window, 'resume-waiting');
  expect(await isAwake(app)).toBe(false);
  expect((await readdir(sshd.rootDir)).every((name) => name.endsWith('.sealift-part'))).toBe(true);

  line.targetPort = sshd.port;
  const sentBefore = line.bytesTo;
  await wizard.button('Try now').click();
  await expect(window.getByRole('heading', { name: 'Sent', level: 1 })).toBeVisible({
    timeout: DELIVERY_MS,
  });
  await expectArrived(['orders.csv.asc', 'orders.csv.manifest'], rows);
  const { length: sealedBytes } = await readFile(join(sshd.rootDir, 'orders.csv.asc'));
  expect(line.bytesTo - sentBefore).toBeLessThan(0.6 * sealedBytes + 2 * MIB);
});

test('the app is killed at 60 %: it goes on at the next start, though the file is gone', async ({
  launchApp,
  user,
}) => {
  const { app, window } = await launchApp();
  await settle(app, window, await user.addFile('id_sftp', await readFile(sshd.identityPath)));
  const rows = csv();
  const path = await user.addFile('orders.csv', rows);
  await toReview(window, path);
  await new Wizard(window).button('Seal and send').click();
  await reach(window, 60);
  await killed(app);
  await rm(path);
  expect((await readdir(sshd.rootDir)).every((name) => name.endsWith('.sealift-part'))).toBe(true);

  const sentBefore = line.bytesTo;
  const again = await launchApp();
  await new Wizard(again.window).go('Activity');
  await keepScreen(again.window, 'resume-after-kill');
  const card = again.window.getByRole('region', { name: 'Delivery of orders.csv' });
  await expect(card.getByText('Sent', { exact: true })).toBeVisible({ timeout: DELIVERY_MS });
  await keepScreen(again.window, 'resume-after-kill-sent');
  await expectArrived(['orders.csv.asc', 'orders.csv.manifest'], rows);
  const { length: sealedBytes } = await readFile(join(sshd.rootDir, 'orders.csv.asc'));
  expect(line.bytesTo - sentBefore).toBeLessThan(0.4 * sealedBytes + 4 * MIB);
});

test(
  'a delivery is paused and goes on, and those behind it change their order',
  {
    tag: '@long',
  },
  async ({ launchApp, user }) => {
    const { app, window } = await launchApp();
    const wizard = new Wizard(window);
    await settle(app, window, await user.addFile('id_sftp', await readFile(sshd.identityPath)));
    const rows = csv();
    await toReview(
      window,
      await user.addFile('orders.csv', rows),
      await user.addFile('second.csv', csv(10)),
      await user.addFile('third.csv', csv(10)),
    );
    await window.getByRole('button', { name: /^Seal and send/ }).click();
    await wizard.go('Activity');
    const card = (name: string) => window.getByRole('region', { name: `Delivery of ${name}` });
    const press = (name: string, what: string) =>
      card(name).getByRole('button', { name: what, exact: true }).click();
    await expect(card('third.csv').getByText(/number 2 of 2 in the queue/)).toBeVisible();
    await reach(window, 10);
    await keepScreen(window, 'activity-queue');
    await press('third.csv', 'Sooner');
    await expect(card('second.csv').getByText(/number 2 of 2 in the queue/)).toBeVisible();
    await press('second.csv', 'Pause');
    await expect(card('second.csv').getByText('Paused', { exact: true })).toBeVisible();
    await press('orders.csv', 'Pause');
    await expect(card('orders.csv').getByText('Paused', { exact: true })).toBeVisible();
    await expect(card('third.csv').getByText('Sent', { exact: true })).toBeVisible({
      timeout: DELIVERY_MS,
    });
    await keepScreen(window, 'activity-paused');
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setSize(800, 560);
    });
    await window.emulateMedia({ colorScheme: 'dark' });
    await keepScreen(window, 'activity-paused-dark-small');
    await setRate(window, 'As fast as it goes');
    await window.getByLabel('A sealed file stays under (bytes)').scrollIntoViewIfNeeded();
    await keepScreen(window, 'settings-deliveries-dark-small');
    await wizard.go('Activity');
    await press('orders.csv', 'Go on');
    await press('second.csv', 'Go on');
    for (const name of ['orders.csv', 'second.csv']) {
      await expect(card(name).getByText('Sent', { exact: true })).toBeVisible({
        timeout: DELIVERY_MS,
      });
    }
    await expectArrived(
      ['orders', 'second', 'third'].flatMap((name) => [`${name}.csv.asc`, `${name}.csv.manifest`]),
      rows,
    );
  },
);
