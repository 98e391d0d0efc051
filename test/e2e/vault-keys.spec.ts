// The whole journey of a newcomer through vaults by the keyboard alone: no mouse event is ever sent.
import type { Page } from '@playwright/test';
import { expect, keepScreen, test } from './harness/index.ts';

/** The practice server's first start makes its database. */
const PRACTICE_START_MS = 100_000;
const FAR = 60;

test('a newcomer tries vaults with the keyboard alone', { tag: '@long' }, async ({ launchApp }) => {
  const { app, window } = await launchApp();
  const keys = new Keyboard(window);
  await keys.tabTo('Vaults');
  await keys.press('Enter');
  await keys.tabTo('Try Vaults');
  await keepScreen(window, 'vaults-first-path');
  await keys.press('Enter');
  await expect(window.getByRole('button', { name: /^Open customers-/ })).toBeVisible({
    timeout: PRACTICE_START_MS,
  });
  await keepScreen(window, 'vaults-list');
  await keys.tabTo(/^Open customers-/);
  await keys.press('Enter');
  await expect(window.getByText('12 records')).toBeVisible();

  // Read: by the arrows, without a look at more than one value.
  await keys.tabTo(/^Records of customers-/);
  await keys.press('ArrowDown');
  await keys.press('ArrowDown');
  await expect(window.getByText('decrypted here').first()).toBeVisible();
  await keys.press('r');
  await expect(window.getByLabel('Value', { exact: true })).toContainText('@example.com');
  await keys.press('r');
  await expect(window.getByLabel('Value', { exact: true })).toBeHidden();
  await keys.press('c');
  await expect(window.getByText(/leaves the clipboard/)).toBeVisible();
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toContain('@example.com');

  // Change, with the difference shown first.
  await keys.press('e');
  await expect(window.getByRole('heading', { name: 'Edit record' })).toBeVisible();
  await keys.tabTo('Value');
  await keys.press('ControlOrMeta+a');
  await window.keyboard.type('{"name": "Someone else"}');
  await keys.tabTo('Review changes');
  await keys.press('Enter');
  await expect(window.getByLabel('Changes of the value')).toContainText('Added: ');
  await keepScreen(window, 'vaults-diff');
  await keys.tabTo('Save changes');
  await keys.press('Enter');
  await expect(window.getByRole('dialog')).toBeHidden();

  // Delete, undo, delete.
  await keys.tabTo(/^Records of customers-/);
  await keys.press('Delete');
  await keepScreen(window, 'vaults-undo');
  // The undo goes along to another place.
  await keys.tabTo('Keys', 'Shift+Tab');
  await keys.press('Enter');
  await keys.tabTo('Undo');
  await keys.press('Enter');
  await expect(window.getByText(/^Deleting 1 record of customers-/)).toBeHidden();
  await keys.tabTo('Vaults', 'Shift+Tab');
  await keys.press('Enter');
  await expect(window.getByText('12 records')).toBeVisible();
  await keys.tabTo(/^Records of customers-/);
  await keys.press('ArrowDown');
  await keys.press('Delete');
  await expect(window.getByText('11 records')).toBeVisible();

  // A new one.
  await keys.tabTo('New record…', 'Shift+Tab');
  await keys.press('Enter');
  await keys.tabTo('Value');
  await window.keyboard.type('typed by hand');
  await keys.tabTo('Store record');
  await keys.press('Enter');
  await expect(window.getByText('12 records')).toBeVisible();

  // Permissions, in words.
  await keys.tabTo('Records', 'Shift+Tab');
  await keys.press('ArrowRight');
  await keys.press('ArrowRight');
  await keys.tabTo('Add an app');
  await window.keyboard.type('auditor');
  await keys.press('Enter');
  await expect(window.getByText('Read what the service decrypts')).toBeVisible();
  await keepScreen(window, 'vaults-permissions');

  // Lock, while a deletion waits: nothing of it all is there any more. Unlock: it is told, and can be sent.
  await keys.tabTo('Permissions and rules', 'Shift+Tab');
  await keys.press('ArrowLeft');
  await keys.press('ArrowLeft');
  await keys.tabTo(/^Records of customers-/);
  await keys.press('ArrowDown');
  await keys.press('Delete');
  await window.getByRole('button', { name: 'Lock now' }).focus();
  await keys.press('Enter');
  await expect(window.getByRole('heading', { name: 'Sealift is locked' })).toBeVisible();
  await keepScreen(window, 'locked');
  await keys.tabTo('Unlock');
  await keys.press('Enter');
  await expect(window.getByText(/^Not deleted: 1 record of customers-/)).toBeVisible();
  // Where the lock found the user.
  await expect(window.getByRole('heading', { name: /^customers-/, level: 1 })).toBeVisible();
  await keepScreen(window, 'vaults-not-deleted');
  await keys.tabTo('Delete now');
  await keys.press('Enter');
  await expect(window.getByText(/^Not deleted/)).toBeHidden();
});

class Keyboard {
  readonly #window: Page;

  constructor(window: Page) {
    this.#window = window;
  }

  press(key: string): Promise<void> {
    return this.#window.keyboard.press(key);
  }

  /** Tabs on until the control of this name has the focus. */
  async tabTo(name: string | RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    const names: string[] = [];
    for (let step = 0; step < FAR; step += 1) {
      const focused = await this.#focusedName();
      if (typeof name === 'string' ? focused === name : name.test(focused)) return;
      names.push(focused);
      await this.press(key);
    }
    throw new Error(`${String(name)} is not reached by ${key}; reached: ${names.join(' | ')}`);
  }

  #focusedName(): Promise<string> {
    return this.#window.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (element === null) return '';
      const label = element.getAttribute('aria-label');
      const own = (element as HTMLInputElement).labels?.[0]?.textContent;
      const shown = [...element.childNodes].filter(
        (node) => !(node instanceof Element && node.ariaHidden === 'true'),
      );
      const text = shown.map((node) => node.textContent ?? '').join('');
      return (label ?? own ?? text).trim();
    });
  }
}
