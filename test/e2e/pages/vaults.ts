// Vaults, app keys and tenants by the words that a user sees: what the specs do with them stands here once.
import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import type { TenantAccess } from '../../helpers/sds.ts';

/** Making an RSA key, and a first call, on a busy machine. */
const SLOW_MS = 30_000;

export class Vaults {
  readonly #window: Page;

  constructor(window: Page) {
    this.#window = window;
  }

  get dialog(): Locator {
    return this.#window.getByRole('dialog');
  }

  button(name: string): Locator {
    return this.#window.getByRole('button', { name, exact: true });
  }

  async go(place: 'Vaults' | 'Keys' | 'Connections' | 'Settings'): Promise<void> {
    await this.#window
      .getByRole('navigation', { name: 'Places' })
      .getByRole('button', { name: place })
      .click();
  }

  async addTenant(url: string, access: TenantAccess): Promise<void> {
    await this.go('Connections');
    await this.button('Add SDS tenant…').click();
    await this.dialog.getByLabel('Address of the service').fill(url);
    await this.dialog.getByLabel('Tenant', { exact: true }).fill(access.tenant);
    await this.dialog.getByLabel('Client id').fill(access.clientId);
    await this.dialog.getByRole('textbox', { name: 'Client secret' }).fill(access.clientSecret);
    await this.submit('Save tenant');
  }

  /** Makes an app key and registers the app. */
  async makeApp(name: string): Promise<void> {
    await this.go('Keys');
    await this.button('Make app key…').click();
    await this.dialog.getByLabel('Name of the app').fill(name);
    await this.submit('Make app key');
    const card = this.#window.getByRole('region', { name: `App ${name}` });
    await card.getByRole('button', { name: 'Register app' }).click();
    await expect(card.getByText('Registered', { exact: true })).toBeVisible({ timeout: SLOW_MS });
  }

  async submit(button: string): Promise<void> {
    await this.dialog.getByRole('button', { name: button, exact: true }).click();
    await expect(this.dialog).toBeHidden({ timeout: SLOW_MS });
  }

  /** Opens a vault from the list, where another may be open: the place remembers it. */
  async open(name: string): Promise<void> {
    await this.go('Vaults');
    const all = this.button('All vaults');
    await expect(all.or(this.button('Load the vaults again'))).toBeVisible();
    if (await all.isVisible()) await all.click();
    const entry = new RegExp(`^Open ${name}(?![\\w-])`);
    await this.#window.getByRole('button', { name: entry }).click();
    await expect(this.#window.getByRole('heading', { name, level: 1 })).toBeVisible();
  }

  async tab(name: 'Records' | 'Files' | 'Permissions and rules'): Promise<void> {
    await this.#window.getByRole('tab', { name }).click();
  }

  records(vault: string): Locator {
    return this.#window.getByRole('listbox', { name: `Records of ${vault}` });
  }

  files(vault: string): Locator {
    return this.#window.getByRole('listbox', { name: `Files of ${vault}` });
  }

  /** Chooses in the app's menu by its label. */
  async more(app: string, action: string): Promise<void> {
    await this.button(`More for ${app}`).click();
    await this.#window.getByRole('menuitem', { name: action }).click();
  }
}
