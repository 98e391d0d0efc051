// Screens under axe, in light and in dark, in the usual window and in the smallest: names, roles, contrast, what can
// be reached, and that nothing reaches out sideways. A picture of each stays.
import type { ElectronApplication, Page } from '@playwright/test';
import axe from 'axe-core';
import { expect, keepScreen } from './index.ts';
import type { LaunchedApp } from './index.ts';

const SETTLE_MS = 500;

/** Sizes in CSS pixels. The usual window comes last, and stays. */
const LOOKS = [
  { name: 'small-dark', width: 800, height: 560, colorScheme: 'dark' },
  { name: 'light', width: 1100, height: 720, colorScheme: 'light' },
  { name: 'dark', width: 1100, height: 720, colorScheme: 'dark' },
] as const;

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

export class Screens {
  readonly #app: ElectronApplication;
  readonly #window: Page;

  constructor({ app, window }: Pick<LaunchedApp, 'app' | 'window'>) {
    this.#app = app;
    this.#window = window;
  }

  /** What breaks a rule fails the test, at its end. */
  async check(screen: string): Promise<void> {
    // Through the debugger, which the window's policy against foreign scripts does not bind.
    await this.#window.evaluate(axe.source);
    const name = screen.toLowerCase().replace(/[^a-z]+/g, '-');
    for (const look of LOOKS) {
      await this.#resize(look);
      const { colorScheme } = look;
      await this.#window.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      let faults = await this.#faults();
      // A dialog that just came may still be laid out anew for the other size: what is wrong with it stays wrong.
      if (faults.length > 0) {
        await this.#window.waitForTimeout(SETTLE_MS);
        faults = await this.#faults();
      }
      // Soft: a run tells of all screens.
      expect.soft(faults, `${screen}, ${look.name}`).toEqual([]);
      await keepScreen(this.#window, `axe-${name}-${look.name}`);
    }
  }

  async #resize({ width, height }: { width: number; height: number }): Promise<void> {
    await this.#app.evaluate(
      ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setSize(w, h),
      [width, height] as const,
    );
    await expect.poll(() => this.#window.evaluate(() => innerWidth)).toBe(width);
    await this.#window.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  async #faults(): Promise<string[]> {
    // React Aria announces a button at work for some seconds, even when the button is gone by then.
    const { violations } = await this.#window.evaluate(() =>
      window.axe.run({ exclude: ['[data-live-announcer]'] }),
    );
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`),
    );
    const isTooWide = await this.#window.evaluate(
      () => document.documentElement.scrollWidth > innerWidth,
    );
    return isTooWide ? [...found, 'the page is wider than its window'] : found;
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
