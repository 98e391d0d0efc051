// Under axe, in light and in dark: the dialogs that other specs only pass, the account on a server, and a session
// without a keychain.
import { expect, test } from './harness/index.ts';
import { Screens } from './harness/screens.ts';
import { Vaults } from './pages/vaults.ts';
import { Wizard } from './pages/wizard.ts';

const PASSWORD = 'correct horse battery staple';
const READY_MS = 100_000;

test(
  'axe finds nothing in the dialogs of keys and accounts',
  { tag: '@long' },
  async ({ launchApp }) => {
    test.slow();
    const launched = await launchApp();
    const { window } = launched;
    const screens = new Screens(launched);
    const wizard = new Wizard(window);
    const vaults = new Vaults(window);
    const choose = async (menu: string, action: string) => {
      await vaults.button(menu).click();
      await window.getByRole('menuitem', { name: action }).click();
      await screens.checkDialog(`${menu}, ${action}`);
    };
    await wizard.go('Vaults');
    const open = window.getByRole('button', { name: /^Open customers-/ });
    const start = vaults.button('Try Vaults');
    // A busy machine may need longer than the app waits; then it is started again.
    await expect(async () => {
      if (await start.isEnabled({ timeout: 1_000 }).catch(() => false)) await start.click();
      await expect(open).toBeVisible({ timeout: 65_000 });
    }).toPass({ timeout: 2 * READY_MS });

    await wizard.go('Keys');
    for (const name of ['Register', 'Hand over', 'Export private key…', 'Remove…']) {
      await choose('More for Practice', name);
    }
    const ofApp = window.getByRole('button', { name: /^More for practice-/ });
    const app = (await ofApp.first().getAttribute('aria-label'))!;
    for (const name of ['Check its app id…', 'Export private key…', 'Remove…']) {
      await choose(app, name);
    }

    await wizard.go('Settings');
    await window.getByRole('tab', { name: 'Server' }).click();
    await expect(window.getByText('No sources yet')).toBeVisible({ timeout: READY_MS });
    await screens.check('Account, sources');
    for (const name of ['Registered keys…', 'Add source…']) {
      await vaults.button(name).click();
      await screens.checkDialog(name);
    }
    await window.getByRole('tab', { name: 'Activity log' }).click();
    await screens.check('Account, activity log');
  },
);

test('axe finds nothing where no keychain answers', { tag: '@long' }, async ({ launchApp }) => {
  test.slow();
  const launched = await launchApp({ hasKeychain: false });
  const { window } = launched;
  const screens = new Screens(launched);
  const wizard = new Wizard(window);
  await expect(window.getByText('There is no keychain to protect your secrets')).toBeVisible();
  await wizard.go('Settings');
  await screens.check('No keychain');
  const set = wizard.button('Set a master password…').first();
  await set.click();
  await screens.checkDialog('Master password');
  await set.click();
  const dialog = window.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Master password', exact: true }).fill(PASSWORD);
  await dialog.getByRole('textbox', { name: 'Master password again' }).fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Set master password' }).click();
  await expect(dialog).toBeHidden({ timeout: READY_MS });
  await wizard.button('Lock now').click();
  await expect(window.getByRole('heading', { name: 'Sealift is locked' })).toBeVisible();
  await screens.check('Locked by a master password');
  await window.getByRole('textbox', { name: 'Master password' }).fill(PASSWORD);
  await wizard.button('Unlock').click();
  await expect(window.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
});
