// A watched folder in the window: added, run by itself, its file put away and its receipt verified.
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, keepScreen, test } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

test(
  'a file that comes into a watched folder is delivered, and its receipt is chained',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    const { app, window } = await launchApp();
    const wizard = new Wizard(window);
    await wizard.startPractice();
    await wizard.go('Schedules');
    await keepScreen(window, 'schedules-empty');
    const folder = dirname(await user.addFile('exports/read.me', 'No data file: left alone.'));
    await app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, folder);
    await wizard.button('Add schedule…').click();
    await wizard.button('Choose folder…').click();
    await window.getByLabel('E-mail').fill('data@example.com');
    await keepScreen(window, 'schedules-dialog');
    await wizard.button('Save schedule').click();
    await expect(window.getByRole('region', { name: 'Schedule exports' })).toBeVisible();

    const rows = 'customer_id,event_name,timestamp\nc-1,Bought,1760000000\n';
    await user.addFile('exports/orders.csv', rows);
    await expect(window.getByText(/1 file delivered/)).toBeVisible({ timeout: 60_000 });
    expect(await readdir(join(folder, 'done'))).toEqual(['orders.csv']);
    await keepScreen(window, 'schedules');
    await wizard.go('Activity');
    await window.getByRole('tab', { name: 'Receipts' }).click();
    await wizard.button('Verify receipts').click();
    await expect(window.getByText('1 receipt, none altered or removed')).toBeVisible();
    await keepScreen(window, 'receipts-verified');

    // What waits for its server does not keep the app from quitting.
    await window.evaluate(() =>
      (
        globalThis as unknown as { sealift: { invoke: (name: string, input: object) => unknown } }
      ).sealift.invoke('practice.stop', {}),
    );
    await user.addFile('exports/later.csv', rows);
    await window.getByRole('tab', { name: 'Deliveries' }).click();
    await expect(window.getByText('Waiting', { exact: true })).toBeVisible({ timeout: 30_000 });
    await keepScreen(window, 'activity-waiting');
    await app.evaluate(({ app: electron, dialog }) => {
      dialog.showMessageBoxSync = () => 1;
      setImmediate(() => {
        electron.quit();
      });
    });
    await app.waitForEvent('close', { timeout: 20_000 });
  },
);
