// Under axe, in light and in dark: a connection from its first host key to its login, the dialogs behind its menu, and
// schedules, before there are any, with some, and with one that failed.
import { dirname } from 'node:path';
import type { ElectronApplication, Locator, Page } from '@playwright/test';
import { startSealiftServer } from '../helpers/sealift-server.ts';
import type { SealiftServer } from '../helpers/sealift-server.ts';
import { expect, test } from './harness/index.ts';
import { Screens } from './harness/screens.ts';
import { Wizard } from './pages/wizard.ts';

/** A key set of 3072 bits on a busy machine. */
const WORK_MS = 100_000;
const HOST = '127.0.0.1';

let server: SealiftServer;
test.beforeAll(async () => {
  server = await startSealiftServer();
});
test.afterAll(() => server.stop());

test(
  'axe finds nothing in connections, their dialogs and schedules',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    test.setTimeout(5 * WORK_MS);
    const launched = await launchApp();
    const { app, window } = launched;
    const screens = new Screens(launched);
    const wizard = new Wizard(window);
    const dialog = window.getByRole('dialog');

    await addConnection(wizard, dialog, screens);
    await wizard.button('Test connection').click();
    await expect(wizard.button('Trust this host key')).toBeVisible();
    await screens.check('Connection, first host key');
    await wizard.button('Trust this host key').click();
    await expect(window.getByRole('img', { name: 'Failed' })).toBeVisible();
    await screens.check('Connection, login refused');

    await choose(window, 'Forget the host key…');
    await screens.checkDialog('Forget host key');
    await choose(window, 'Remove…');
    await screens.checkDialog('Remove connection');
    await wizard.button('Edit…').click();
    await screens.checkDialog('Edit connection');
    await choose(window, 'Keys on the server…');
    await dialog.getByRole('button', { name: 'Register this connection’s SSH key' }).click();
    await expect(dialog.getByText('SSH keys, 1 of 10')).toBeVisible();
    await screens.checkDialog('Keys on the server');
    await wizard.button('Test again').click();
    await expect(window.getByText('A test file was written and renamed')).toBeVisible();
    await screens.check('Connection, tested');

    await wizard.go('Keys');
    await wizard.button('Receive…').click();
    await dialog.getByLabel('Name').fill('Received');
    await dialog.getByLabel('E-mail').fill('received@example.com');
    await dialog.getByRole('button', { name: 'Receive' }).click();
    await expect(window.getByLabel('Key set Received', { exact: true })).toBeVisible({
      timeout: WORK_MS,
    });

    await wizard.go('Schedules');
    await wizard.button('Add schedule…').click();
    await screens.check('Schedule, nothing chosen, dialog');
    await dialog.getByRole('button', { name: 'Save schedule' }).click();
    await expect(dialog.getByText('Choose the folder into which the files come.')).toBeVisible();
    await screens.checkDialog('Schedule without a folder');
    const folder = dirname(await user.addFile('exports/orders.csv', 'nothing to map\n1\n'));
    await addSchedules(app, wizard, dialog, folder, screens);
    await wizard.button('Run now').first().click();
    await expect(window.getByText('Running', { exact: true })).toBeHidden({ timeout: WORK_MS });
    await screens.check('Schedules');
    const more = window.getByRole('button', { name: /^More for / });
    for (const action of ['Edit…', 'Remove…']) {
      await more.first().click();
      await window.getByRole('menuitem', { name: action }).click();
      await screens.checkDialog(`Schedule, ${action}`);
    }
    await wizard.button('Turn off').first().click();
    await more.first().click();
    await screens.check('Schedules, a menu');
  },
);

async function addConnection(wizard: Wizard, dialog: Locator, screens: Screens): Promise<void> {
  const { http, sftp, account } = server.ready;
  await wizard.go('Connections');
  await wizard.button('Add connection…').click();
  await dialog.getByLabel('Host', { exact: true }).fill(HOST);
  await dialog.getByLabel('Port').fill(String(sftp.port));
  await dialog.getByLabel('User name').fill(account);
  await dialog.getByRole('button', { name: 'Make an SSH key' }).click();
  await expect(dialog.getByLabel('Public SSH key')).toBeVisible();
  for (const more of [/^Console of a Sealift server/, /^Verification, times/]) {
    await dialog.getByText(more).click();
  }
  await dialog.getByLabel('Console address').fill(http);
  await dialog.getByLabel('Account').fill(account);
  await dialog.getByRole('textbox', { name: 'Token' }).fill(server.adminToken);
  await screens.check('Connection, all its fields, dialog');
  await dialog.getByText('Password', { exact: true }).first().click();
  await screens.check('Connection, by a password, dialog');
  await dialog.getByText('Kept by Sealift').click();
  await dialog.getByRole('button', { name: 'Save connection' }).click();
  await expect(dialog).toBeHidden();
}

/** One by the clock, and one that watches its folder. */
async function addSchedules(
  app: ElectronApplication,
  wizard: Wizard,
  dialog: Locator,
  folder: string,
  screens: Screens,
): Promise<void> {
  // The system's dialog belongs to no page and cannot be typed into; its answer is given instead.
  await app.evaluate(({ dialog: system }, path) => {
    system.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, folder);
  for (const [name, when] of [
    ['Every morning', 'By the clock'],
    ['As they come', 'As files come'],
  ] as const) {
    await wizard.button('Add schedule…').click();
    await dialog.getByRole('button', { name: 'Choose folder…' }).click();
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('E-mail').fill('data@example.com');
    await dialog.getByText(when, { exact: true }).click();
    await screens.check(`Schedule, ${when}, dialog`);
    await dialog.getByRole('button', { name: 'Save schedule' }).click();
    await expect(dialog).toBeHidden();
  }
}

async function choose(window: Page, action: string): Promise<void> {
  await window.getByRole('button', { name: `More for ${HOST}` }).click();
  await window.getByRole('menuitem', { name: action }).click();
}
