// A sender with an account elsewhere: a key from GnuPG, a Key ID noted by hand, OpenSSH's server, and its host key.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { giveToAccount, startSshd } from '../helpers/sshd.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { Peers } from '../interop/seal/peers.ts';
import { expect, keepScreen, test } from './harness/index.ts';
import {
  addConnection,
  importPlatformKey,
  opened,
  OWN_KEY_ID,
  toReview,
} from './pages/own-account.ts';
import { Wizard } from './pages/wizard.ts';

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
  await importPlatformKey(gpg, window);
  await addConnection(
    app,
    window,
    sshd,
    await user.addFile('id_sftp', await readFile(sshd.identityPath)),
  );

  await window.getByText('Test connection', { exact: true }).click();
  await expect(window.getByText(/^First time with 127\.0\.0\.1/)).toBeVisible();
  await expect(window.getByText(sshd.hostKeySha256, { exact: true })).toBeVisible();
  await keepScreen(window, '14-first-host-key');
  await wizard.button('Trust this host key').click();
  await expect(window.getByText(/^Logged in as /)).toBeVisible();

  await toReview(window, await user.addFile('fruit.csv', csv));
  await keepScreen(window, '15-review-own-server');
  await wizard.send();
  expect((await readdir(sshd.rootDir)).sort()).toEqual(['fruit.csv.asc', 'fruit.csv.manifest']);
  const manifest: unknown = JSON.parse(
    await readFile(join(sshd.rootDir, 'fruit.csv.manifest'), 'utf8'),
  );
  expect(manifest).toMatchObject({ fileName: 'fruit.csv.asc', type: 'event', keyId: OWN_KEY_ID });
  expect(await opened(gpg, join(sshd.rootDir, 'fruit.csv.asc'))).toBe(csv);

  await removeLeftBehind(window);

  const port = sshd.port;
  await sshd.stop();
  sshd = await startSshd({ config: [`Port ${String(port)}`] });
  await wizard.go('Connections');
  await window.getByText('Test connection', { exact: true }).click();
  await expect(window.getByText(/has changed\. Nothing was sent\.$/)).toBeVisible();
  await keepScreen(window, '16-changed-host-key');
  await expect(wizard.button('Trust this host key')).toBeHidden();
});

/** A file that a delivery of another computer left on the server. */
async function removeLeftBehind(window: Page): Promise<void> {
  const left = '.fruit.csv.asc.0123abcd.sealift-part';
  await writeFile(join(sshd.rootDir, left), 'half');
  giveToAccount(join(sshd.rootDir, left));
  await new Wizard(window).go('Connections');
  await window.getByRole('button', { name: 'More for 127.0.0.1' }).click();
  await window.getByRole('menuitem', { name: 'Unfinished files on the server…' }).click();
  const dialog = window.getByRole('dialog');
  await expect(dialog.getByText(left)).toBeVisible();
  await keepScreen(window, '15b-left-behind');
  await dialog.getByRole('button', { name: 'Remove it' }).click();
  await expect(dialog.getByText('One unfinished file removed.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Done' }).click();
  expect((await readdir(sshd.rootDir)).sort()).toEqual(['fruit.csv.asc', 'fruit.csv.manifest']);
}
