// Files of a vault: a large one dropped with a tag, found by it, and back on the disk as it was.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { startSdsServer } from '../helpers/sds-server.ts';
import type { SdsServer } from '../helpers/sds-server.ts';
import { answerSaveDialog, expect, keepScreen, test } from './harness/index.ts';
import { Vaults } from './pages/vaults.ts';
import { dropOn } from './pages/drop.ts';

const SIZE = 200 * 1024 * 1024;
const TRANSFER_MS = 60_000;

let sds: SdsServer;
test.beforeAll(async () => {
  sds = await startSdsServer();
});
test.afterAll(() => sds.stop());

test(
  '200 MB dropped on a vault come back identical, found by their tag',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    const { app, window } = await launchApp();
    const vaults = new Vaults(window);
    await vaults.addTenant(sds.url, sds.access);
    await vaults.makeApp('archivist');
    await sds.tenant.makeVault(sds.owner, 'archive', {
      permissions: [{ app: 'archivist', permission: '101' }],
    });
    await vaults.open('archive');
    await vaults.tab('Files');

    const content = randomBytes(SIZE);
    const sha256 = createHash('sha256').update(content).digest('hex');
    await dropOn(window, 'Drop files here', [await user.addFile('footage.mov', content)]);
    await vaults.dialog.getByLabel('Description').fill('From the north gate');
    await vaults.dialog.getByLabel('Tag key').fill('CONSIGNEE');
    await vaults.dialog.getByLabel('Tag value').fill('ADDRESS');
    await vaults.button('Add tag').click();
    await keepScreen(window, 'vaults-upload');
    await vaults.submit('Upload');
    const transfers = window.getByRole('list', { name: 'Transfers' });
    await expect(transfers.getByText(/^Uploaded: 210 MB into archive\./)).toBeVisible({
      timeout: TRANSFER_MS,
    });
    await expect(transfers.getByText(sha256)).toBeVisible();
    await vaults.button('Take footage.mov off the list').click();

    await window.getByText('Search', { exact: true }).click();
    const tags = window.getByRole('group', { name: 'Tags, all of them' });
    await tags.getByLabel('Tag key').fill('CONSIGNEE');
    await tags.getByLabel('Tag value').fill('NOBODY');
    await tags.getByLabel('Tag value').press('Enter');
    await expect(window.getByText(/^No file has this name and these tags/)).toBeVisible();
    await vaults.button('Take out CONSIGNEE').click();
    await tags.getByLabel('Tag key').fill('CONSIGNEE');
    await tags.getByLabel('Tag value').fill('ADDRESS');
    await tags.getByLabel('Tag value').press('Enter');
    const found = vaults.files('archive').getByRole('option');
    await expect(found).toHaveCount(1);
    await found.click();
    await keepScreen(window, 'vaults-file-found');

    const path = join(user.home, 'back.mov');
    await answerSaveDialog(app, path);
    await vaults.button('Download…').click();
    await expect(transfers.getByText(/^Saved: .* from archive\..*decrypted here/)).toBeVisible({
      timeout: TRANSFER_MS,
    });
    await keepScreen(window, 'vaults-downloaded');
    expect(await hashOf(path)).toBe(sha256);
  },
);

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
