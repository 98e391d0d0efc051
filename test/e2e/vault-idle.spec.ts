// What is left of a value that was shown and copied, once nobody is at the window any more: nothing.
import type { ElectronApplication } from '@playwright/test';
import { startSdsServer, storeRecords } from '../helpers/sds-server.ts';
import type { SdsServer } from '../helpers/sds-server.ts';
import { heapHolding } from './harness/heap.ts';
import { expect, test } from './harness/index.ts';
import { Vaults } from './pages/vaults.ts';

const VALUE = 'zebra-marmalade-7919';
/** The shortest that the settings offer, and some more for a busy machine. */
const CLIPBOARD_MS = 10_000;
const LOCK_MS = 60_000;
const LATE_MS = 30_000;

let sds: SdsServer;
test.beforeAll(async () => {
  sds = await startSdsServer();
});
test.afterAll(() => sds.stop());

test(
  'a value leaves the clipboard after its time, and the window when it locks itself',
  { tag: '@long' },
  async ({ launchApp }) => {
    test.slow();
    const { app, window } = await launchApp();
    const vaults = new Vaults(window);
    await vaults.addTenant(sds.url, sds.access);
    await vaults.makeApp('reader-1');
    const permissions = [{ app: 'reader-1', permission: '001' }];
    await sds.tenant.makeVault(sds.owner, 'people', { permissions });
    await storeRecords(sds, 'people', 1, () => VALUE);
    const list = vaults.records('people');
    /** Opens the vault with the setting chosen, and copies its one record. */
    const copyWith = async (clears: 'After 10 s' | 'Never') => {
      await vaults.go('Settings');
      const setting = window.getByLabel('Clear a copied value from the clipboard');
      await setting.selectOption({ label: clears });
      await vaults.open('people');
      await list.getByRole('option').first().click();
      await list.press('c');
      await expect(window.getByText(/^Copied\./)).toBeVisible();
      expect(await copied(app)).toBe(VALUE);
    };
    await copyWith('After 10 s');
    await expect.poll(() => copied(app), { timeout: CLIPBOARD_MS + LATE_MS }).toBe('');

    // What somebody else put there meanwhile is theirs.
    await copyWith('After 10 s');
    await app.evaluate(({ clipboard }) => clipboard.writeText('of another program'));
    await window.waitForTimeout(CLIPBOARD_MS + 2_000);
    expect(await copied(app)).toBe('of another program');

    await vaults.go('Settings');
    await window
      .getByLabel('Lock when nobody is at the window')
      .selectOption({ label: 'After 1 min' });
    await copyWith('Never');
    await list.press('r');
    await expect(window.getByLabel('Value', { exact: true })).toHaveText(VALUE);
    await expect(window.getByRole('heading', { name: 'Sealift is locked' })).toBeVisible({
      timeout: LOCK_MS + LATE_MS,
    });
    expect(await copied(app)).toBe('');
    expect(await heapHolding(window, [VALUE])).toEqual([]);
  },
);

function copied(app: ElectronApplication): Promise<string> {
  return app.evaluate(({ clipboard }) => clipboard.readText());
}
