// Under axe, in light and in dark: the way of an app with a service of its own, every dialog of vaults filled in, and
// what the screens say when something is refused.
import { generateKeyPairSync } from 'node:crypto';
import type { ElectronApplication, Page } from '@playwright/test';
import { startSdsServer, storeRecords } from '../helpers/sds-server.ts';
import type { SdsServer } from '../helpers/sds-server.ts';
import { expect, test } from './harness/index.ts';
import type { TestUser } from './harness/index.ts';
import { Screens } from './harness/screens.ts';
import { dropOn } from './pages/drop.ts';
import { Vaults } from './pages/vaults.ts';

const SLOW_MS = 30_000;
const PASSPHRASE = 'correct horse battery staple';

let sds: SdsServer;
test.beforeAll(async () => {
  sds = await startSdsServer();
});
test.afterAll(() => sds.stop());

interface Stage {
  readonly app: ElectronApplication;
  readonly window: Page;
  readonly screens: Screens;
  readonly vaults: Vaults;
  readonly user: TestUser;
}

test(
  'axe finds nothing in vaults, filled in and refused',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    test.setTimeout(600_000);
    const launched = await launchApp();
    const { window } = launched;
    const vaults = new Vaults(window);
    const stage = { ...launched, vaults, screens: new Screens(launched), user };
    await tenantAndKeys(stage);
    await newVault(stage);
    await records(stage);
    await files(stage);
    await rules(stage);
  },
);

async function tenantAndKeys({ app, window, screens, vaults, user }: Stage): Promise<void> {
  const { dialog } = vaults;
  await vaults.addTenant(sds.url, { ...sds.access, clientSecret: 'not the secret' });
  await vaults.button('Test tenant').click();
  await expect(window.getByRole('img', { name: 'Failed' })).toBeVisible();
  await screens.check('Tenant refused');
  await vaults.button('Remove…').click();
  await screens.checkDialog('Remove tenant');
  await vaults.button('Edit…').click();
  await screens.check('Edit tenant dialog');
  await dialog.getByRole('textbox', { name: 'Client secret' }).fill(sds.access.clientSecret);
  await vaults.submit('Save tenant');

  await vaults.go('Keys');
  const pem = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
    ...{ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc' },
    passphrase: PASSPHRASE,
  });
  await answerOpenDialog(app, await user.addFile('short.pem', String(pem)));
  await vaults.button('Import app key…').click();
  await dialog.getByLabel('Name of the app').fill('short-key');
  await dialog.getByRole('button', { name: 'Choose private key file…' }).click();
  await expect(dialog.getByText('short.pem')).toBeVisible();
  await dialog.getByRole('button', { name: 'Import app key', exact: true }).click();
  await expect(dialog.getByRole('textbox', { name: 'Passphrase of the key' })).toBeVisible();
  await screens.check('Import app key, passphrase, dialog');
  await dialog.getByRole('textbox', { name: 'Passphrase of the key' }).fill(PASSPHRASE);
  await vaults.submit('Import app key');
  await screens.check('App key, short and not registered');
  await vaults.button('Link…').click();
  await screens.checkDialog('Link app');
  await vaults.go('Vaults');
  await screens.check('Vaults, app not registered');
  await vaults.makeApp('keeper');
  await vaults.more('short-key', 'Remove…');
  await screens.checkDialog('Remove app key');
}

async function newVault({ window, screens, vaults }: Stage): Promise<void> {
  const { dialog } = vaults;
  await vaults.go('Vaults');
  const apps = window.getByLabel('App and tenant');
  const keeper = await apps.locator('option', { hasText: 'keeper' }).getAttribute('value');
  await apps.selectOption(keeper);
  await expect(window.getByText('keeper sees no vault yet')).toBeVisible();
  await screens.check('Vaults, none yet');
  const others = ['auditor', 'warehouse_9'];
  for (const name of ['people', 'archive']) {
    await vaults.button('Make vault…').click();
    await dialog.getByLabel('Name').fill(name);
    for (const other of others) {
      await dialog.getByLabel('Add an app').fill(other);
      await dialog.getByLabel('Add an app').press('Enter');
    }
    await dialog.getByLabel('How auditor reads').selectOption('encrypted');
    if (name === 'people') {
      await dialog.getByRole('button', { name: 'Make vault', exact: true }).click();
      await expect(dialog.getByRole('alert')).toBeVisible();
      await screens.check('Make vault, unknown apps, dialog');
      for (const other of others) await sds.tenant.register(other);
    }
    await vaults.submit('Make vault');
    await vaults.button('All vaults').click();
  }
  await vaults.button('Make vault…').click();
  await dialog.getByLabel('Name').fill('people');
  await dialog.getByRole('button', { name: 'Make vault', exact: true }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await screens.checkDialog('Make vault, name taken');
  await screens.check('Vaults, two');
}

async function records({ app, window, screens, vaults, user }: Stage): Promise<void> {
  const { dialog } = vaults;
  await vaults.open('people');
  await expect(window.getByText(/^people holds no record yet/)).toBeVisible();
  await screens.check('Records, none');
  const csv =
    'Email,Name,Country,Since\nann@example.com,Ann,SE,2020-01-01\nbo@example.com,Bo,DK,\n';
  await answerOpenDialog(app, await user.addFile('people.csv', csv));
  await vaults.button('Import…').click();
  await dialog.getByRole('button', { name: 'Choose CSV or JSON file…' }).click();
  await dialog.getByRole('checkbox', { name: 'Country' }).check({ force: true });
  await screens.check('Import records, chosen, dialog');
  await vaults.submit('Import');
  const transfers = window.getByRole('list', { name: 'Transfers' });
  await expect(transfers.getByText(/2 records/).first()).toBeVisible({ timeout: SLOW_MS });
  await screens.check('Records, imported');
  await vaults.button('Take people.csv off the list').click();

  const list = vaults.records('people');
  await expect(list.getByText('decrypted here').first()).toBeVisible();
  await list.getByRole('option').first().click();
  await window.getByRole('button', { name: /^Edit…/ }).click();
  await dialog.getByLabel('Value', { exact: true }).fill('{"email":\n "new@example.com"}');
  await dialog.getByLabel('Metadata').fill('{"Country": "NO"');
  await screens.check('Edit record, metadata broken, dialog');
  await dialog.getByLabel('Metadata').fill('{"Country": "NO"}');
  await dialog.getByRole('button', { name: 'Review changes' }).click();
  await screens.checkDialog('Edit record, difference');
  await vaults.button('New record…').click();
  await dialog.getByText('Bytes in base64').click();
  await dialog.getByLabel('Value', { exact: true }).fill('no base64!');
  await screens.checkDialog('New record, no base64');
  await window.getByRole('button', { name: /^Move…/ }).click();
  await screens.checkDialog('Move record');
  await list
    .getByRole('option')
    .first()
    .click({ modifiers: ['ControlOrMeta'] });
  await vaults.button('Export…').click();
  await dialog.getByText('Decrypted', { exact: true }).click();
  await screens.checkDialog('Export records, decrypted');
  await window.getByLabel('Search records by id or metadata').fill('nowhere');
  await expect(window.getByText(/^No record that is loaded/)).toBeVisible();
  await screens.check('Records, none found');
  await window.getByLabel('Search records by id or metadata').fill('');
  await list.getByRole('option').first().click();
  await list.press('Delete');
  // Five seconds later it has left; where that is too short for all looks, the others see the list without it.
  await screens.check('Records, one leaving');
  await expect(vaults.button('Undo')).toBeHidden();
}

async function files({ window, screens, vaults, user }: Stage): Promise<void> {
  const { dialog } = vaults;
  await vaults.open('people');
  await vaults.tab('Files');
  await expect(window.getByText('people holds no file yet.')).toBeVisible();
  await screens.check('Files, none');
  const area = 'Drop files here';
  await dropOn(window, area, [
    await user.addFile(
      'a rather long name of a file, as people give them, 2026 (final).pdf',
      '%PDF',
    ),
  ]);
  await dialog.getByLabel('Description').fill('From the north gate');
  await dialog.getByLabel('Tag key').fill('CONSIGNEE');
  await dialog.getByLabel('Tag value').fill('ADDRESS');
  await vaults.button('Add tag').click();
  await screens.check('Upload, one file, dialog');
  await vaults.submit('Upload');
  const transfers = window.getByRole('list', { name: 'Transfers' });
  await expect(transfers.getByText(/^Uploaded/)).toBeVisible({ timeout: SLOW_MS });
  await dropOn(window, area, [await user.addFile('1.txt', '1'), await user.addFile('2.txt', '2')]);
  await screens.checkDialog('Upload, two files');
  await vaults.button('Add URL…').click();
  await dialog.getByLabel('Address').fill('ftp://files.example.com/x');
  await dialog.getByLabel('Name in the vault').fill('elsewhere.bin');
  await dialog.getByRole('button', { name: 'Add URL', exact: true }).click();
  await screens.check('Add URL, refused, dialog');
  await dialog.getByLabel('Address').fill('https://files.example.com/a/rather/long/path/to/x.bin');
  await vaults.submit('Add URL');
  const found = vaults.files('people').getByRole('option');
  await expect(found).toHaveCount(2);
  await found.filter({ hasText: 'elsewhere.bin' }).click();
  await screens.check('Files, a URL');
  await vaults.button('Fetch…').click();
  await screens.checkDialog('Fetch a URL');
  await vaults.button('Remove…').click();
  await screens.checkDialog('Remove file');
  await found.filter({ hasText: 'rather long' }).click();
  await screens.check('Files, one with a long name');
}

async function rules({ window, screens, vaults }: Stage): Promise<void> {
  await vaults.tab('Permissions and rules');
  await vaults.button('Disable vault').click();
  await expect(window.getByRole('alert')).toBeVisible();
  await screens.check('Rules, not disabled');
  await vaults.open('archive');
  await vaults.tab('Permissions and rules');
  await vaults.button('Disable vault').click();
  await expect(vaults.button('Enable vault')).toBeVisible();
  await vaults.tab('Records');
  await screens.check('Vault, disabled');

  const settings = { permissions: [{ app: 'keeper', permission: '001' }] };
  await sds.tenant.makeVault(sds.owner, 'others', settings);
  await storeRecords(sds, 'others', 3, (index) => `value ${index}`);
  await vaults.open('others');
  await screens.check('Records, may only read');
  await vaults.tab('Permissions and rules');
  await screens.check('Rules of another owner');
  await vaults.tab('Records');
  await sds.down();
  await vaults.button('Reveal this page').click();
  await expect(window.getByText(/^The service .* cannot be reached/)).toBeVisible({
    timeout: SLOW_MS,
  });
  await screens.check('Records, service away');
}

/** The system's dialog belongs to no page and cannot be typed into; its answer is given instead. */
function answerOpenDialog(app: ElectronApplication, path: string): Promise<void> {
  return app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, path);
}
