// The way of a file through Send under axe, in light and in dark: each step, with problems and without.
import { test } from './harness/index.ts';
import { Screens } from './harness/screens.ts';
import { Wizard } from './pages/wizard.ts';

test('axe finds nothing on the way of a file', { tag: '@long' }, async ({ launchApp, user }) => {
  test.slow();
  const launched = await launchApp();
  const { window } = launched;
  const screens = new Screens(launched);
  const wizard = new Wizard(window);
  await wizard.startPractice();
  const header = 'customer_id,event_name,timestamp';
  await wizard.drop(await user.addFile('faulty.csv', `${header}\nnull,Bought,1760000000\n,a,b\n`));
  await screens.check('Files step');
  for (const step of ['Map', 'Check'] as const) {
    await wizard.next(step);
    await screens.check(`${step} step, faulty`);
  }
  await wizard.button('Start over…').click();
  await screens.check('Start over dialog');
  await wizard.button('Start over').click();
  await wizard.drop(await user.addFile('good.csv', `${header}\nc-1,Bought,1760000000\n`));
  for (const step of ['Map', 'Check', 'Key', 'Destination', 'Review'] as const) {
    await wizard.next(step);
    await screens.check(`${step} step`);
  }
  await wizard.send();
  await wizard.expectImported('1');
  await screens.check('Sent');
  await wizard.go('Activity');
  await screens.check('Activity with a delivery');
});
