// A file beyond the limit of a sealed file: announced in Review, sent in parts, imported whole.
import { randomBytes } from 'node:crypto';
import { expect, keepScreen, test } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

const ROWS = 600;
const line = (index: number) => `user-${index},Bought,${randomBytes(60).toString('base64')}`;
const csv = ['identity,event_name,note', ...Array.from({ length: ROWS }, (_, i) => line(i))].join(
  '\n',
);

test(
  'a large file goes in parts under the limit that was set',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    const { app, window } = await launchApp();
    const wizard = new Wizard(window);
    await wizard.go('Settings');
    const limit = window.getByLabel('A sealed file stays under (bytes)');
    await expect(limit).toHaveValue('1,000,000,000');
    await limit.fill('12 elephants');
    await expect(window.getByText(/^Give a number of bytes/)).toBeVisible();
    await keepScreen(window, 'parts-settings-problem');
    await limit.fill('20000');
    await limit.press('Enter');
    await expect(limit).toHaveValue('20,000');
    await keepScreen(window, 'parts-settings');

    await wizard.go('Send');
    await wizard.startPractice();
    await wizard.drop(await user.addFile('orders.csv', csv));
    for (const step of ['Map', 'Check', 'Key', 'Destination', 'Review'] as const) {
      await wizard.next(step);
    }
    await expect(window.getByText(/In about \d parts, each with its manifest/)).toBeVisible();
    await keepScreen(window, 'parts-review');
    await wizard.send();

    const verdict = window.getByLabel('Verdict');
    const imported = verdict.getByText('Imported', { exact: true });
    await expect(verdict.getByRole('heading', { name: /^Part 1 of \d$/ })).toBeVisible();
    const parts = await verdict.getByRole('heading', { name: /^Part \d of \d$/ }).count();
    expect(parts).toBeGreaterThanOrEqual(3);
    await expect(imported).toHaveCount(parts, { timeout: 60_000 });
    const counts = await verdict.getByText(/^\d+ rows imported$/).allTextContents();
    expect(counts.map((text) => Number.parseInt(text, 10)).reduce((a, b) => a + b, 0)).toBe(ROWS);
    await keepScreen(window, 'parts-sent');

    const receipt = window.getByRole('table', { name: 'Files of orders.csv' });
    for (let part = 1; part <= parts; part += 1) {
      const name = `orders.part-0${part}-of-0${parts}.csv`;
      await expect(receipt.getByText(`${name}.asc`, { exact: true })).toBeVisible();
      await expect(receipt.getByText(`${name}.manifest`, { exact: true })).toBeVisible();
    }
    await app.evaluate(({ BrowserWindow, nativeTheme }) => {
      nativeTheme.themeSource = 'dark';
      BrowserWindow.getAllWindows()[0]?.setSize(800, 560);
    });
    await receipt.scrollIntoViewIfNeeded();
    await keepScreen(window, 'parts-receipt-dark-small');
  },
);
