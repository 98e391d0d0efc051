// Many files and faulty ones: converted, checked, mended through the failing rows, sent and imported.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { answerSaveDialog, expect, keepScreen, test } from './harness/index.ts';
import type { LaunchedApp } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

async function keepLooks({ app, window }: LaunchedApp, name: string): Promise<void> {
  await keepScreen(window, name);
  await window.emulateMedia({ colorScheme: 'dark' });
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(800, 560));
  await window.waitForTimeout(300);
  await keepScreen(window, `${name}-dark-small`);
  await window.emulateMedia({ colorScheme: 'light' });
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(1100, 720));
}

/** Presses a button as someone does who has no mouse. */
async function press(window: Page, name: string | RegExp): Promise<void> {
  const button = window.getByRole('button', { name, exact: true });
  await button.focus();
  await window.keyboard.press('Enter');
}

const HEADER = 'customer_id,event_name,timestamp,price';

test(
  'three faults are found, saved, mended, and imported after the good rows',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    const launched = await launchApp();
    const { window } = launched;
    const wizard = new Wizard(window);
    await wizard.startPractice();
    const good = Array.from({ length: 20 }, (_, i) => `c-${i},Bought,1760000000,${i}.5`);
    const bad = [
      'null,Bought,1760000000,1.5',
      'c-98,Bought,1760000000000,1.5',
      'c-99,Bought,1760000000,free',
    ];
    const path = await user.addFile('orders.csv', [HEADER, ...good, ...bad, ''].join('\n'));
    await wizard.drop(path);
    await wizard.next('Map');
    await window.getByLabel('Type of price').selectOption('FLOAT');
    await window.getByRole('combobox', { name: 'Target of timestamp' }).fill('ts');
    await window.getByRole('combobox', { name: 'Target of timestamp' }).press('Tab');
    await window.getByLabel('Type of timestamp').selectOption('LONG');
    await wizard.next('Check');
    await expect(window.getByText('3 rows would be rejected', { exact: true })).toBeVisible();
    const errors = window.getByRole('table', { name: 'Errors of orders.csv' });
    for (const code of ['523', '525', 'DATA_TYPE'])
      await expect(errors.getByText(code)).toBeVisible();
    await expect(wizard.button('Next')).toBeDisabled();

    const mended = join(user.home, 'mended.csv');
    await answerSaveDialog(launched.app, mended);
    await press(window, 'Save failing rows…');
    await expect(window.getByRole('dialog')).toContainText('not encrypted');
    await keepLooks(launched, 'mend-dialog');
    await window.getByRole('dialog').getByRole('button', { name: 'Save…', exact: true }).focus();
    await window.keyboard.press('Enter');
    await expect(window.getByText(/^3 rows saved as mended\.csv/)).toBeVisible();
    await keepLooks(launched, 'mend-check');
    expect((await stat(mended)).mode & 0o777).toBe(0o600);
    const saved = await readFile(mended, 'utf8');
    expect(saved).toMatch(
      /^customer_id,event_name,timestamp,price,Failure Description\r\nnull,Bought,1760000000,1\.5,"?523 /,
    );

    const text = saved
      .replace('null,', 'c-97,')
      .replace('1760000000000', '1760000000')
      .replace('free', '9.5');
    await user.addFile('mended.csv', text);
    await window.getByText('Send anyway, although 3 rows will be rejected').click();
    for (const step of ['Key', 'Destination', 'Review'] as const) await wizard.next(step);
    await wizard.send();
    const verdict = window.getByLabel('Verdict');
    await expect(verdict.getByText('Partly imported', { exact: true })).toBeVisible({
      timeout: 30_000,
    });
    await keepLooks(launched, 'mend-verdict');

    await wizard.button('Send another file').click();
    await wizard.drop(mended);
    await expect(wizard.button('Next')).toBeDisabled();
    await keepLooks(launched, 'mend-column');
    await press(window, 'Leave the column out');
    await wizard.next('Map');
    // The header is that of the file of before, and so is its mapping.
    await expect(window.getByText(/^As the last time this header set was used/)).toHaveCount(4);
    await wizard.next('Check');
    await expect(window.getByText('3 rows in order')).toBeVisible();
    for (const step of ['Key', 'Destination', 'Review'] as const) await wizard.next(step);
    await expect(window.getByText(/left out, while it is checked and sealed/)).toBeVisible();
    await keepLooks(launched, 'mend-review');
    await wizard.send();
    await wizard.expectImported('3');
    expect(await readFile(mended, 'utf8')).toBe(text);
  },
);

test(
  'a Windows-1252 file with semicolons is converted and imported',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    const launched = await launchApp();
    const { window } = launched;
    const wizard = new Wizard(window);
    await wizard.startPractice();
    const text = Buffer.from(
      'identity;city\r\n' +
        Array.from({ length: 30 }, (_, i) => `k-${i};Köln, am Rhein ${i}\r\n`).join(''),
      'latin1',
    );
    const path = await user.addFile('städte.csv', text);
    await wizard.drop(path);
    await expect(window.getByText('Choose how the marked files are to be read.')).toBeVisible();
    await expect(window.getByRole('cell', { name: 'Köln, am Rhein 0' })).toBeVisible();
    await keepLooks(launched, 'convert-files');
    await press(window, 'Convert');
    await wizard.next('Map');
    await wizard.next('Check');
    await expect(window.getByText('30 rows in order')).toBeVisible();
    for (const step of ['Key', 'Destination', 'Review'] as const) await wizard.next(step);
    await expect(window.getByText(/^Converted to UTF-8 with commas/)).toBeVisible();
    await wizard.send();
    await wizard.expectImported('30');
    expect(Buffer.compare(await readFile(path), text)).toBe(0);
  },
);

test(
  'fifty files go on without the bad ones, in the order shown',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    const launched = await launchApp();
    const { window } = launched;
    const wizard = new Wizard(window);
    const paths: string[] = [];
    for (let index = 1; index <= 50; index += 1) {
      const rows = Array.from({ length: 5 }, (_, i) => `c-${index}-${i},Bought,1760000000,${i}`);
      const content = index === 7 ? '' : [HEADER, ...rows, index === 9 ? 'x,y' : ''].join('\n');
      paths.push(await user.addFile(`day-${index}.csv`, content));
    }
    await wizard.drop(...paths.reverse());
    await expect(window.getByText(/^50 files · /)).toBeVisible();
    await expect(window.getByText('1 file cannot be sent as it is')).toBeVisible();
    await press(window, 'Sort by name');
    const cards = window.getByRole('region', { name: /^File day-/ });
    await expect(cards.nth(1)).toHaveAccessibleName('File day-2.csv');
    await expect(cards.nth(9)).toHaveAccessibleName('File day-10.csv');
    await keepLooks(launched, 'fifty-files');
    await press(window, 'Leave it out and go on with 49 files');
    await expect(window.getByText('1 file left out: not sent')).toBeVisible();
    await wizard.next('Map');
    await window.getByLabel('E-mail for the platform’s mails').fill('data@example.com');
    await keepLooks(launched, 'fifty-map');
    await wizard.next('Check');
    await expect(window.getByRole('region', { name: 'In order (48)' })).toBeVisible({
      timeout: 60_000,
    });
    await expect(window.getByRole('region', { name: 'With problems (1)' })).toBeVisible();
    await keepLooks(launched, 'fifty-check');
    await press(window, 'Leave it out and go on with 48 files');
    await expect(window.getByText('2 files left out: not sent')).toBeVisible();
    await keepLooks(launched, 'fifty-check-left');
  },
);
