// Every screen once more as a picture: dark, in the smallest window, empty and then full, with an error on it.
import { expect, keepScreen, test } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

const places = ['Activity', 'Keys', 'Connections', 'Settings'] as const;

test(
  'all screens in the dark and in the smallest window',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    const { app, window } = await launchApp();
    const wizard = new Wizard(window);
    await wizard.go('Settings');
    await window.getByText('Dark', { exact: true }).click();
    await expect(window.locator('html')).toHaveCSS('color-scheme', /dark/);
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setSize(800, 560);
    });
    for (const place of places) {
      await wizard.go(place);
      await keepScreen(window, `dark-small-empty-${place.toLowerCase()}`);
    }
    await wizard.go('Send');
    await keepScreen(window, 'dark-small-empty-send');

    await wizard.startPractice();
    const faulty =
      'customer_id,event_name,timestamp\nnull,Bought,1760000000\nc-2,,17600000001234\n';
    await wizard.drop(await user.addFile('faulty.csv', faulty));
    await wizard.next('Map');
    await keepScreen(window, 'dark-small-map');
    await wizard.next('Check');
    await expect(
      window
        .getByText('523')
        .or(window.getByText(/identity/i))
        .first(),
    ).toBeVisible();
    await keepScreen(window, 'dark-small-check-problems');
    for (const place of places) {
      await wizard.go(place);
      await keepScreen(window, `dark-small-${place.toLowerCase()}`);
    }
    await wizard.go('Keys');
    await wizard.button('Make key set…').click();
    await keepScreen(window, 'dark-small-make-key');
    await window.keyboard.press('Escape');
    await wizard.go('Connections');
    await wizard.button('Add connection…').click();
    await keepScreen(window, 'dark-small-add-connection');
  },
);
