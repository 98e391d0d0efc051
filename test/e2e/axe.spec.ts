// Every place under axe, empty and in use, in light and in dark, with the dialogs of vaults, keys and connections.
import { expect, test } from './harness/index.ts';
import { Screens } from './harness/screens.ts';
import { Vaults } from './pages/vaults.ts';
import { Wizard } from './pages/wizard.ts';

const PRACTICE_START_MS = 100_000;

test('axe finds nothing in any place', { tag: '@long' }, async ({ launchApp }) => {
  test.slow();
  const launched = await launchApp();
  const { window } = launched;
  const screens = new Screens(launched);
  const wizard = new Wizard(window);
  const vaults = new Vaults(window);
  await expect(window.getByRole('heading', { name: 'Send', level: 1 })).toBeVisible();
  const places = [
    'Send',
    'Activity',
    'Vaults',
    'Keys',
    'Connections',
    'Schedules',
    'Settings',
  ] as const;
  for (const place of places) {
    await wizard.go(place);
    await screens.check(`${place}, empty`);
  }

  await wizard.go('Vaults');
  await vaults.button('Try Vaults').click();
  const open = window.getByRole('button', { name: /^Open customers-/ });
  await expect(open).toBeVisible({ timeout: PRACTICE_START_MS });
  await screens.check('Vaults');
  await vaults.button('Make vault…').click();
  await screens.checkDialog('Make vault');
  await open.click();
  await expect(window.getByText('decrypted here').first()).toBeVisible();
  await window.getByRole('option').first().click();
  await vaults.button('Reveal this page').click();
  await expect(window.getByLabel('Value', { exact: true })).toBeVisible();
  await screens.check('Records');
  for (const dialog of ['Import…', 'Export…', 'New record…']) {
    await vaults.button(dialog).click();
    await screens.checkDialog(dialog);
  }
  for (const dialog of [/^Edit…/, /^Move…/]) {
    await window.getByRole('button', { name: dialog }).click();
    await screens.checkDialog(String(dialog));
  }
  await vaults.tab('Files');
  await window.getByText('Search', { exact: true }).click();
  await screens.check('Files');
  await vaults.button('Add URL…').click();
  await screens.checkDialog('Add URL');
  await vaults.tab('Permissions and rules');
  await expect(window.getByRole('region', { name: 'Permissions' }).first()).toBeVisible();
  await screens.check('Permissions');

  for (const place of places.filter((name) => name !== 'Vaults')) {
    await wizard.go(place);
    await screens.check(place);
  }
  await wizard.go('Keys');
  for (const dialog of [
    'Make key set…',
    'Receive…',
    'Import…',
    'Make app key…',
    'Import app key…',
    'Rotate key…',
  ]) {
    await vaults.button(dialog).click();
    await screens.checkDialog(dialog);
  }
  await wizard.go('Connections');
  for (const dialog of ['Add connection…', 'Add SDS tenant…']) {
    await vaults.button(dialog).click();
    await screens.checkDialog(dialog);
  }

  await vaults.button('Lock now').click();
  await expect(window.getByRole('heading', { name: 'Sealift is locked' })).toBeVisible();
  await screens.check('Locked');
});
