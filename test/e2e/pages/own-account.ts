// An account on a server of one's own: a key of the platform from GnuPG, and a connection by host and key file.
import { readFile, writeFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';
import type { Peers } from '../../interop/seal/peers.ts';
import { Wizard } from './wizard.ts';

export const OWN_KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';

/** Made by gpg, imported, and noted with `OWN_KEY_ID`. */
export async function importPlatformKey(gpg: Peers, window: Page): Promise<void> {
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
  await dialog.getByLabel('Key ID').fill(OWN_KEY_ID);
  await dialog.getByRole('button', { name: /Note/ }).click();
  await expect(dialog).toBeHidden();
}

/** @param keyPath of the SSH key, as the user keeps it */
export async function addConnection(
  app: ElectronApplication,
  window: Page,
  {
    host,
    port,
    username,
  }: { readonly host: string; readonly port: number; readonly username: string },
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
  await dialog.getByLabel('Host', { exact: true }).fill(host);
  await dialog.getByLabel('Port').fill(String(port));
  await dialog.getByLabel('User name').fill(username);
  await dialog.getByText('A key file').click();
  await dialog.getByRole('button', { name: /Choose private key file/ }).click();
  await expect(dialog.getByText('id_sftp')).toBeVisible();
  await dialog.getByRole('button', { name: 'Save connection' }).click();
  await expect(dialog).toBeHidden();
}

/** From the wizard's first step to its last, to the one key and the one connection there are. */
export async function toReview(window: Page, ...paths: readonly string[]): Promise<void> {
  const wizard = new Wizard(window);
  await wizard.go('Send');
  await wizard.drop(...paths);
  await wizard.next('Map');
  await window.getByLabel('E-mail for the platform’s mails').fill('me@example.com');
  await wizard.next('Check');
  await wizard.next('Key');
  await window.getByRole('radio', { name: /Platform/ }).check({ force: true });
  await wizard.next('Destination');
  await window.getByRole('radio', { name: /127\.0\.0\.1/ }).check({ force: true });
  await wizard.next('Review');
}

/** What gpg makes of a sealed file. */
export async function opened(gpg: Peers, path: string): Promise<string> {
  const copy = gpg.path('arrived.asc');
  await writeFile(copy, await readFile(path));
  return (await gpg.gpg('--decrypt', copy)).stdout;
}
