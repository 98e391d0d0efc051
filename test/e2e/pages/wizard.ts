// The Send wizard by the words that a user sees: what the specs do with it stands here once.
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { dropOn } from './drop.ts';

/** The practice server's first start makes its database. */
const PRACTICE_START_MS = 100_000;
const IMPORT_MS = 30_000;

export class Wizard {
  readonly #window: Page;

  constructor(window: Page) {
    this.#window = window;
  }

  button(name: string) {
    return this.#window.getByRole('button', { name, exact: true });
  }

  async go(
    place: 'Send' | 'Activity' | 'Vaults' | 'Keys' | 'Connections' | 'Schedules' | 'Settings',
  ): Promise<void> {
    await this.#window
      .getByRole('navigation', { name: 'Places' })
      .getByRole('button', { name: place })
      .click();
    await expect(this.#window.getByRole('heading', { name: place, level: 1 })).toBeVisible();
  }

  async startPractice(): Promise<void> {
    await this.button('Practice').click();
    await expect(this.#window.getByText(/^The practice server is running\./)).toBeVisible({
      timeout: PRACTICE_START_MS,
    });
  }

  /** Drops real files by their paths, as the desktop would. */
  async drop(...paths: readonly string[]): Promise<void> {
    await dropOn(this.#window, 'Drop files here', paths);
  }

  /** On to the next step, once this one is complete. */
  async next(step: 'Map' | 'Check' | 'Key' | 'Destination' | 'Review'): Promise<void> {
    await expect(this.button('Next')).toBeEnabled({ timeout: IMPORT_MS });
    await this.button('Next').click();
    await expect(this.#window.getByRole('heading', { name: step, level: 1 })).toBeAttached();
  }

  async send(): Promise<void> {
    await this.button('Seal and send').click();
    await expect(this.#window.getByRole('heading', { name: 'Sent', level: 1 })).toBeVisible({
      timeout: IMPORT_MS,
    });
  }

  /** The practice server's verdict on the file just sent, and its three mails. */
  async expectImported(rows: string): Promise<void> {
    const verdict = this.#window.getByLabel('Verdict');
    await expect(verdict.getByText('Imported', { exact: true })).toBeVisible({
      timeout: IMPORT_MS,
    });
    await expect(verdict.getByText(rows).first()).toBeVisible();
    const mails = verdict.getByRole('list', { name: 'Mails' }).getByRole('button');
    await expect(mails).toHaveCount(3, { timeout: IMPORT_MS });
    await expect(mails.nth(0)).toHaveAccessibleName(/^Picked up/);
    await expect(mails.nth(1)).toHaveAccessibleName(/^Processing/);
    await expect(mails.nth(2)).toHaveAccessibleName(/^Imported/);
  }
}
