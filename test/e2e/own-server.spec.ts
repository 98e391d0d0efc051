// A sender with an account elsewhere: a key from GnuPG, a Key ID noted by hand, OpenSSH's server, and its host key.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { startSshd } from '../helpers/sshd.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { Peers } from '../interop/seal/peers.ts';
import { expect, keepScreen, test } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

const keyId = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';
const csv = 'customer_id,event_name,timestamp\nc-1,Bought,1760000000\nc-2,Bought,1760000001\n';

let gpg: Peers;
let sshd: Sshd;

test.beforeAll(async () => {
  gpg = await Peers.start();
  sshd = await startSshd();
});
test.afterAll(async () => {
  await sshd.stop();
  await gpg.stop();
});

test('a file goes to an OpenSSH server once its host key is trusted, and never after it changed', async ({
  launchApp,
  user,
}) => {
  const { app, window } = await launchApp();
  const wizard = new Wizard(window);
  await importPlatformKey(window);
  await addConnection(
    app,
    window,
    await user.addFile('id_sftp', await readFile(sshd.identityPath)),
  );

  await window.getByText('Test connection', { exact: true }).click();
  await expect(window.getByText(/^First time with 127\.0\.0\.1/)).toBeVisible();
  await expect(window.getByText(sshd.hostKeySha256, { exact: true })).toBeVisible();
  await keepScreen(window, '14-first-host-key');
  await wizard.button('Trust this host key').click();
  await expect(window.getByText(/^Logged in as /)).toBeVisible();

  await wizard.go('Send');
  await wizard.drop(await user.addFile('fruit.csv', csv));
  await wizard.next('Map');
  await window.getByLabel('E-mail for the platform’s mails').fill('me@example.com');
  await wizard.next('Check');
  await wizard.next('Key');
  await window.getByRole('radio', { name: /Platform/ }).check({ force: true });
  await wizard.next('Destination');
  await window.getByRole('radio', { name: /127\.0\.0\.1/ }).check({ force: true });
  await wizard.next('Review');
  await keepScreen(window, '15-review-own-server');
  await wizard.send();
  expect((await readdir(sshd.rootDir)).sort()).toEqual(['fruit.csv.asc', 'fruit.csv.manifest']);
  const manifest: unknown = JSON.parse(
    await readFile(join(sshd.rootDir, 'fruit.csv.manifest'), 'utf8'),
  );
  expect(manifest).toMatchObject({ fileName: 'fruit.csv.asc', type: 'event', keyId });
  expect(await opened(join(sshd.rootDir, 'fruit.csv.asc'))).toBe(csv);

  const port = sshd.port;
  await sshd.stop();
  sshd = await startSshd({ config: [`Port ${String(port)}`] });
  await wizard.go('Connections');
  await window.getByText('Test connection', { exact: true }).click();
  await expect(window.getByText(/has changed\. Nothing was sent\.$/)).toBeVisible();
  await keepScreen(window, '16-changed-host-key');
  await expect(wizard.button('Trust this host key')).toBeHidden();
});

async function importPlatformKey(window: Page): Promise<void> {
  const wizard = new Wizard(window);
  const batch = ['--batch', '--passphrase', '', '--quick-gen-key'];
  await gpg.gpg(...batch, 'Platform <platform@example.com>', 'future-default', 'default', 'never');
  const armored = (await gpg.gpg('--armor', '--export', 'platform@example.com')).stdout;
  await wizard.go('Keys');
  await wizard.button('Import…').click();
  const dialog = window.getByRole('dialog');
  await dialog.getByText('Pasted text').click();
  await dialog.getByLabel('Armored key').fill(armored);
  await dialog.getByRole('button', { name: 'Import' }).click();
  await expect(window.getByLabel('Key set Platform')).toBeVisible();
  await wizard.button('Note Key ID…').click();
  await dialog.getByLabel('Key ID').fill(keyId);
  await dialog.getByRole('button', { name: /Note/ }).click();
  await expect(dialog).toBeHidden();
}

async function addConnection(
  app: ElectronApplication,
  window: Page,
  keyPath: string,
): Promise<void> {
  const wizard = new Wizard(window);
  // The system's dialog belongs to no page and cannot be typed into; its answer is given instead.
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, keyPath);
  await wizard.go('Connections');
  await wizard.button('Add connection…').click();
  const dialog = window.getByRole('dialog');
  await dialog.getByLabel('Host', { exact: true }).fill(sshd.host);
  await dialog.getByLabel('Port').fill(String(sshd.port));
  await dialog.getByLabel('User name').fill(sshd.username);
  await dialog.getByText('A key file').click();
  await dialog.getByRole('button', { name: /Choose private key file/ }).click();
  await expect(dialog.getByText('id_sftp')).toBeVisible();
  await dialog.getByRole('button', { name: 'Save connection' }).click();
  await expect(dialog).toBeHidden();
}

/** What gpg makes of a sealed file. */
async function opened(path: string): Promise<string> {
  const copy = gpg.path('arrived.asc');
  await writeFile(copy, await readFile(path));
  return (await gpg.gpg('--decrypt', copy)).stdout;
}
