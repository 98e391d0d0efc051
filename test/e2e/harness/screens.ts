// Screens under axe, in light and in dark: names, roles, contrast, what can be reached. A picture of each stays.
import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { expect, keepScreen } from './index.ts';

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

export class Screens {
  readonly #window: Page;

  constructor(window: Page) {
    this.#window = window;
  }

  /** What breaks a rule fails the test, at its end. */
  async check(screen: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await this.#window.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // Through the debugger, which the window's policy against foreign scripts does not bind.
      await this.#window.evaluate(axe.source);
      // React Aria announces a button at work for some seconds, even when the button is gone by then.
      const { violations } = await this.#window.evaluate(() =>
        window.axe.run({ exclude: ['[data-live-announcer]'] }),
      );
      const found = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`),
      );
      // Soft: a run tells of all screens.
      expect.soft(found, `${screen}, ${colorScheme}`).toEqual([]);
      const name = screen.toLowerCase().replace(/[^a-z]+/g, '-');
      await keepScreen(this.#window, `axe-${name}-${colorScheme}`);
    }
  }

  /** The dialog that is open, which is then closed. */
  async checkDialog(name: string): Promise<void> {
    const dialog = this.#window.getByRole('dialog').or(this.#window.getByRole('alertdialog'));
    await expect(dialog).toBeVisible();
    await this.check(`${name} dialog`);
    await this.#window.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  }
}
