// Vaults of a service in the real app: an app of one's own, five hundred records opened by scrolling, a permission lost.
import type { Locator, Page } from '@playwright/test';
import { startSdsServer, storeRecords } from '../helpers/sds-server.ts';
import type { SdsServer } from '../helpers/sds-server.ts';
import { expect, keepScreen, test } from './harness/index.ts';
import { Vaults } from './pages/vaults.ts';

const RECORDS = 500;

let sds: SdsServer;
test.beforeAll(async () => {
  sds = await startSdsServer();
});
test.afterAll(() => sds.stop());

test('an app reads what it may, and is told when it may no longer', async ({ launchApp }) => {
  test.slow();
  const { url, access, tenant, owner } = sds;
  const { window } = await launchApp();
  const vaults = new Vaults(window);
  await vaults.addTenant(url, access);
  await vaults.button('Test tenant').click();
  await expect(window.getByText(/an access token was given/)).toBeVisible();
  await keepScreen(window, 'vaults-tenant');
  await vaults.makeApp('reader-1');
  await keepScreen(window, 'vaults-app-key');

  const mayRead = { permissions: [{ app: 'reader-1', permission: '001' }] };
  const mayNot = { permissions: [{ app: 'reader-1', permission: '000' }] };
  const vaultId = await tenant.makeVault(owner, 'people', { readLimit: 50, ...mayRead });
  await storeRecords(sds, 'people', RECORDS, (index) => `zebra-${index}`);
  await vaults.open('people');
  const list = vaults.records('people');
  await expect(list.getByText('decrypted here').first()).toBeVisible();
  await keepScreen(window, 'vaults-records');
  const opened = await scrollThrough(window, list);
  expect(opened.size).toBe(RECORDS);
  expect(new Set(opened.values())).toEqual(new Set(['decrypted here']));
  await vaults.button('Reveal this page').click();
  await expect(list.getByText(/^zebra-\d+$/).nth(4)).toBeVisible();
  await keepScreen(window, 'vaults-revealed-page');
  await expect(
    window.getByText(/^This app has the permission 001 in people/).first(),
  ).toBeVisible();
  await expect(vaults.button('New record…')).toBeDisabled();

  // The service is away for a while: it is told, the list stays, and the same button works again.
  await vaults.button('Hide all').click();
  await sds.down();
  await vaults.button('Reveal this page').click();
  const away = window.getByText(/^The service .* cannot be reached/);
  await expect(away).toBeVisible({ timeout: 30_000 });
  await keepScreen(window, 'vaults-service-away');
  await expect(list.getByText('decrypted here').first()).toBeVisible();
  await sds.up();
  await vaults.button('Reveal this page').click();
  await expect(list.getByText(/^zebra-\d+$/).nth(4)).toBeVisible({ timeout: 30_000 });
  await expect(away).toBeHidden();

  await tenant.must(owner, 'PUT', `/vaults/${vaultId}`, { body: mayNot });
  await vaults.button('Reveal this page').click();
  await expect(window.getByText('reader-1 may no longer use the vault people')).toBeVisible();
  await expect(window.getByText(/^zebra-/)).toHaveCount(0);
  await keepScreen(window, 'vaults-permission-lost');

  await tenant.must(owner, 'PUT', `/vaults/${vaultId}`, { body: mayRead });
  await vaults.go('Keys');
  await vaults.button('Rotate key…').click();
  await vaults.submit('Rotate key');
  await expect(window.getByText(/1 older key kept/)).toBeVisible();
  await vaults.open('people');
  await expect(list.getByText('decrypted here').first()).toBeVisible();
  await vaults.button('Reveal this page').click();
  await expect(list.getByText(/^zebra-\d+$/).first()).toBeVisible();
});

/** Turns the wheel to the end, and answers by id what each row said of how it was decrypted. */
async function scrollThrough(window: Page, list: Locator): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  await list.hover();
  const scrolled = () =>
    list.evaluate(({ scrollTop, clientHeight, scrollHeight }) => ({
      top: scrollTop,
      left: scrollHeight - clientHeight - scrollTop,
      page: Math.floor(clientHeight * 0.9),
    }));
  for (;;) {
    await expect(async () => {
      for (const text of await rowsInSight(list)) {
        const id = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/.exec(text);
        const badge = /decrypted here|decrypted by the server|not readable|could not/.exec(text);
        expect([id, badge], text).not.toContain(null);
        seen.set(id![0], badge![0]);
      }
    }).toPass({ intervals: [50] });
    // A list that begins again from its first page would never end.
    const rows = await list.getByRole('option').first().getAttribute('aria-setsize');
    expect(Number(rows)).toBeLessThanOrEqual(RECORDS);
    const { top, left, page } = await scrolled();
    if (left < 1) return seen;
    await window.mouse.wheel(0, page);
    await expect.poll(async () => (await scrolled()).top).toBeGreaterThan(top);
  }
}

/** The text of each row that can be seen. */
function rowsInSight(list: Locator): Promise<string[]> {
  return list.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return [...element.querySelectorAll<HTMLElement>('[role=option]')]
      .filter((row) => {
        const box = row.getBoundingClientRect();
        return box.bottom > top && box.top < bottom;
      })
      .map((row) => row.innerText);
  });
}
