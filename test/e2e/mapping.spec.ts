// One mapping, many files: changed by hand, saved as a template, used, remembered, exported and imported.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { answerSaveDialog, expect, keepScreen, test } from './harness/index.ts';
import type { LaunchedApp } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

const HEADER = 'customer_id,event_name,timestamp,note';
const ROWS = 'c-1,Bought,1760000000,17\nc-2,Bought,1760000060,21\n';

class MapStep {
  readonly #window: Page;
  constructor(window: Page) {
    this.#window = window;
  }

  target(column: string) {
    return this.#window.getByRole('combobox', { name: `Target of ${column}` });
  }

  type(column: string) {
    return this.#window.getByLabel(`Type of ${column}`);
  }

  /** By keyboard alone, as the menu must allow. */
  async choose(action: string): Promise<void> {
    await this.#window.getByRole('button', { name: 'Template', exact: true }).focus();
    await this.#window.keyboard.press('Enter');
    const item = this.#window.getByRole('menuitem', { name: action });
    await expect(item).toBeEnabled();
    await this.#window.keyboard.type(action.slice(0, 3));
    await expect(item).toBeFocused();
    await this.#window.keyboard.press('Enter');
  }

  async fillIn(field: string, text: string, submit: string): Promise<void> {
    await this.#window.getByRole('dialog').getByLabel(field).fill(text);
    await this.submit(submit);
  }

  async submit(button: string): Promise<void> {
    const dialog = this.#window.getByRole('dialog');
    await dialog.getByRole('button', { name: button, exact: true }).click();
    await expect(dialog).toBeHidden();
  }
}

/** The system's dialogs are out of a test's reach: answers the next one to save and to open with this path. */
async function answerDialogs({ app }: LaunchedApp, path: string): Promise<void> {
  await answerSaveDialog(app, path);
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, path);
}

test(
  'a mapping is saved, used, remembered and passed on',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    const launched = await launchApp();
    const { app, window } = launched;
    const wizard = new Wizard(window);
    const map = new MapStep(window);
    await wizard.startPractice();
    await wizard.drop(await user.addFile('monday.csv', `${HEADER}\n${ROWS}`));
    await wizard.next('Map');

    await map.target('note').fill('Amount');
    await map.target('note').press('Tab');
    await map.type('note').selectOption('FLOAT');
    await map.choose('Save as…');
    await keepScreen(window, 'mapping-save-as');
    await map.fillIn('Name', 'Weekly orders', 'Save template');

    await map.choose('Reset to the guess');
    await expect(map.type('note')).toHaveValue('INTEGER');
    await map.choose('Apply…');
    await map.submit('Apply');
    await expect(map.type('note')).toHaveValue('FLOAT');
    await expect(map.target('note')).toHaveValue('Amount');
    await expect(window.getByText('As in the template “Weekly orders”.')).toHaveCount(4);
    await keepScreen(window, 'mapping-applied');

    for (const step of ['Check', 'Key', 'Destination'] as const) await wizard.next(step);
    await window.getByText('Test connection', { exact: true }).click();
    await expect(window.getByText(/^Logged in as /)).toBeVisible();
    await wizard.next('Review');
    await wizard.send();
    await wizard.expectImported('2');
    await wizard.button('Send another file').click();

    // The same headers in another order.
    const turned = 'note,customer_id,event_name,timestamp\n17,c-1,Bought,1760000000\n';
    await wizard.drop(await user.addFile('tuesday.csv', turned));
    await wizard.next('Map');
    await expect(window.getByText(/^As the last time this header set was used \(/)).toHaveCount(4);
    await expect(map.target('note')).toHaveValue('Amount');
    await expect(map.type('note')).toHaveValue('FLOAT');
    await keepScreen(window, 'mapping-remembered');
    await map.choose('Reset to the guess');
    await expect(map.type('note')).toHaveValue('INTEGER');

    const file = join(user.home, 'weekly.mapping.json');
    await answerDialogs(launched, file);
    await map.choose('Export…');
    await map.submit('Export…');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      format: 'sealift-mapping-template',
      version: 1,
      name: 'Weekly orders',
      columns: [{}, {}, {}, { header: 'note', target: 'Amount', dataType: 'FLOAT' }],
    });
    await map.choose('Rename…');
    await map.fillIn('New name', 'Orders of old', 'Rename');
    await map.choose('Import…');
    await expect(window.getByRole('dialog').getByLabel('Template')).toContainText('Weekly orders');
    await keepScreen(window, 'mapping-imported');
    await map.submit('Apply');
    await expect(map.type('note')).toHaveValue('FLOAT');

    await answerDialogs(launched, await user.addFile('hostile.json', '{"__proto__": {"a": 1}}'));
    await map.choose('Import…');
    await expect(window.getByRole('alert')).toContainText('hostile.json cannot be taken as');
    await window.emulateMedia({ colorScheme: 'dark' });
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(800, 560));
    await window.getByRole('alert').scrollIntoViewIfNeeded();
    await keepScreen(window, 'mapping-dark-small-refused');
    await map.choose('Remove…');
    await keepScreen(window, 'mapping-dark-small-remove');
    await map.submit('Remove template');
    await map.choose('Remove…');
    await map.submit('Remove template');
    await window.getByRole('button', { name: 'Template', exact: true }).click();
    await expect(window.getByRole('menuitem', { name: 'Apply…' })).toBeDisabled();
    await keepScreen(window, 'mapping-dark-small-menu');
  },
);
