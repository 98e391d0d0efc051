// The newcomer's journey in the real app: from an empty profile to "imported", by the buttons that a newcomer sees.
import { expect, keepScreen, test } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

test('a newcomer practises with the sample and sees it imported', async ({ launchApp }) => {
  const first = await launchApp();
  const { window } = first;
  const wizard = new Wizard(window);
  await expect(window.getByRole('heading', { name: 'Send', level: 1 })).toBeVisible();
  await keepScreen(window, '01-start');

  await wizard.startPractice();
  await keepScreen(window, '02-practice-running');
  await wizard.button('Use the sample').click();
  await expect(window.getByRole('table', { name: 'First rows of orders.csv' })).toBeVisible();
  await keepScreen(window, '03-files');
  await wizard.next('Map');
  await expect(
    window.getByText('All 1,000 sampled values are whole numbers.').first(),
  ).toBeVisible();
  await keepScreen(window, '04-map');
  await wizard.next('Check');
  await expect(window.getByText('1,000 rows in order')).toBeVisible();
  await keepScreen(window, '05-check');
  await wizard.next('Key');
  await keepScreen(window, '06-key');
  await wizard.next('Destination');
  await window.getByText('Test connection', { exact: true }).click();
  await expect(window.getByText(/^Logged in as /)).toBeVisible();
  await keepScreen(window, '07-destination');
  await wizard.next('Review');
  await expect(window.getByRole('cell', { name: 'orders.csv.asc' })).toBeVisible();
  await keepScreen(window, '08-review');
  await wizard.send();
  await wizard.expectImported('1,000');
  await keepScreen(window, '09-sent');

  await wizard.button('Send another file').click();
  await wizard.go('Activity');
  await expect(window.getByText('orders.csv').first()).toBeVisible();
  await keepScreen(window, '10-activity');
  await wizard.go('Keys');
  await keepScreen(window, '11-keys');
  await wizard.go('Connections');
  await keepScreen(window, '12-connections');
  await wizard.go('Settings');
  await keepScreen(window, '13-settings');
  await first.app.close();

  const second = await launchApp();
  await new Wizard(second.window).go('Activity');
  await expect(second.window.getByText('orders.csv').first()).toBeVisible();
});
