// A JSON file goes the same way as a CSV: mapped, checked, sealed, sent, imported.
import { expect, keepScreen, test } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

const records = Array.from({ length: 50 }, (_, index) => ({
  identity: `json-${String(index)}`,
  evtName: 'Bought',
  ts: 1_760_000_000 + index,
  price: index + 0.5,
  gift: index % 2 === 0,
}));

test('a JSON file is mapped, checked and imported', async ({ launchApp, user }) => {
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
});
