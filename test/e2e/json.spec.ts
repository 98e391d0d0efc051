// A JSON file goes the same way as a CSV: mapped, checked, sealed, sent, imported.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answerSaveDialog, expect, keepScreen, test } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

const records = Array.from({ length: 50 }, (_, index) => ({
  identity: `json-${String(index)}`,
  evtName: 'Bought',
  ts: 1_760_000_000 + index,
  price: index + 0.5,
  gift: index % 2 === 0,
}));

test(
  'a JSON file is mapped, checked and imported',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    const { window } = await launchApp();
    const wizard = new Wizard(window);
    await wizard.startPractice();
    await wizard.drop(await user.addFile('events.json', JSON.stringify({ d: records })));
    await expect(window.getByRole('table', { name: 'First rows of events.json' })).toBeVisible();
    await keepScreen(window, '17-json-files');
    await wizard.next('Map');
    await wizard.next('Check');
    await expect(window.getByText('50 rows in order')).toBeVisible();
    for (const step of ['Key', 'Destination', 'Review'] as const) await wizard.next(step);
    await wizard.send();
    await wizard.expectImported('50');
  },
);

test(
  'the record that was refused is mended and sent again',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    const { app, window } = await launchApp();
    const wizard = new Wizard(window);
    await wizard.startPractice();
    const refused = { ...records[0], identity: 'null' };
    const lines = [...records.slice(1), refused].map((record) => `${JSON.stringify(record)}\n`);
    await wizard.drop(await user.addFile('events.ndjson', lines.join('')));
    await wizard.next('Map');
    await wizard.next('Check');
    await expect(window.getByText('1 row would be rejected', { exact: true })).toBeVisible();
    await window.getByText('Send anyway, although 1 row will be rejected').click();
    for (const step of ['Key', 'Destination', 'Review'] as const) await wizard.next(step);
    await wizard.send();
    const verdict = window.getByLabel('Verdict');
    await expect(verdict.getByText('Partly imported', { exact: true })).toBeVisible({
      timeout: 30_000,
    });

    const failed = join(user.home, 'failed-rows.csv');
    await answerSaveDialog(app, failed);
    await wizard.button('Mend and send again…').click();
    await expect(window.getByText('Now mend the rows in failed-rows.csv')).toBeVisible();
    await keepScreen(window, '18-json-mend');
    const text = await readFile(failed, 'utf8');
    await user.addFile('failed-rows.csv', text.replace('""null""', '""json-0""'));
    await wizard.button('Look again').click();
    await expect(window.getByText(/^Sent as the JSON records in it, one a line/)).toBeVisible();
    await keepScreen(window, '19-json-mended');
    await wizard.next('Map');
    await wizard.next('Check');
    await expect(window.getByText('1 row in order')).toBeVisible();
    for (const step of ['Key', 'Destination', 'Review'] as const) await wizard.next(step);
    await wizard.send();
    await wizard.expectImported('1');
  },
);
