// After a whole journey with a key of the user's own: where are its secrets, and where are the rows?
// Searched: every file of the profile and the temporary folder, the logs, and the window's heap.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { heapHolding } from './harness/heap.ts';
import { answerSaveDialog, expect, test } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

/** How the body of every private key in OpenSSH's format begins: "openssh-key-v1" in base64. */
const opensshKey = 'b3BlbnNzaC1rZXktdjE';
const passphrase = 'otter-umbrella-quartz-1947';
const rows = Array.from(
  { length: 300 },
  (_, index) => `zebra-${String(index * 7919)},Quince Bought,${String(1_760_000_000 + index)}`,
);
const csv = `customer_id,event_name,timestamp\n${rows.join('\n')}\n`;
/** Rows that the Files and Map steps show, and one that no step shows. */
const shownRow = 'zebra-7919';
const unseenRow = 'zebra-1583800';

test('no secret and no row outlives the journey', async ({ launchApp, user }) => {
  const { app, window, logs } = await launchApp();
  const wizard = new Wizard(window);
  await wizard.startPractice();
  const secrets = [passphrase, ...(await makeAndRegisterKey(app, window, user.home))];

  await wizard.go('Send');
  await wizard.drop(await user.addFile('fruit.csv', csv));
  await expect(window.getByRole('table', { name: 'First rows of fruit.csv' })).toBeVisible();
  expect(await heapHolding(window, [shownRow])).toEqual([shownRow]);
  for (const step of ['Map', 'Check', 'Key'] as const) await wizard.next(step);
  await window.getByRole('radio', { name: /Otter/ }).check({ force: true });
  for (const step of ['Destination', 'Review'] as const) await wizard.next(step);
  await wizard.send();
  await wizard.expectImported('300');
  await wizard.button('Send another file').click();
  await expect(window.getByText('Drop CSV or JSON files here')).toBeVisible();

  expect(await heapHolding(window, [...secrets, shownRow, unseenRow])).toEqual([]);
  const told = await logs();
  await app.close();
  const needles = [...secrets, shownRow, unseenRow];
  expect(needles.filter((needle) => told.includes(needle))).toEqual([]);
  const searched = await filesIn([user.profile, user.temporary]);
  expect(searched.some((path) => path.endsWith('receipts.jsonl'))).toBe(true);
  expect(await filesHolding(searched, needles)).toEqual([]);
});

/** Makes a key set, learns its private half through an export, registers it. Answers pieces of that half. */
async function makeAndRegisterKey(
  app: ElectronApplication,
  window: Page,
  home: string,
): Promise<string[]> {
  const wizard = new Wizard(window);
  await wizard.go('Keys');
  await wizard.button('Make key set…').click();
  const dialog = window.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Otter');
  await dialog.getByLabel('E-mail').fill('otter@example.com');
  await dialog.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await dialog.getByRole('textbox', { name: 'Passphrase again' }).fill(passphrase);
  await dialog.getByRole('button', { name: 'Make key set' }).click();
  await expect(window.getByLabel('Key set Otter')).toBeVisible({
    timeout: 60_000,
  });

  const exported = join(home, 'exported.asc');
  await answerSaveDialog(app, exported);
  await more(window, 'Export private key…');
  await dialog.getByText('I understand what leaving the store means').click();
  await dialog.getByRole('button', { name: 'Export private key…' }).click();
  await expect(dialog).toBeHidden();

  await more(window, 'Register with a Sealift server…');
  await dialog.getByText('Share the private key and passphrase with this server').click();
  await dialog.getByRole('button', { name: 'Share and register' }).click();
  await expect(dialog).toBeHidden();
  return privateHalf(await readFile(exported, 'utf8'));
}

async function more(window: Page, action: string): Promise<void> {
  await window.getByRole('button', { name: 'More for Otter' }).click();
  await window.getByRole('menuitem', { name: action }).click();
}

/** Pieces of an armored private key as they would stand in a file, in text and in bytes. */
function privateHalf(armored: string): string[] {
  const lines = armored.split(/\r?\n/).filter((line) => /^[A-Za-z0-9+/]{60,}$/.test(line));
  // The secret numbers of the last subkey stand shortly before its binding signature, past the middle.
  const inner = lines.slice(Math.floor(lines.length / 2), Math.floor(lines.length / 2) + 4);
  expect(inner).toHaveLength(4);
  return ['BEGIN PGP PRIVATE KEY BLOCK', opensshKey, ...inner];
}

/** All files below the folders, but for the practice server's own data: it is what was sent to. */
async function filesIn(folders: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(
    folders.map((folder) => readdir(folder, { recursive: true, withFileTypes: true })),
  );
  return lists
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/profile/practice/'));
}

async function filesHolding(
  paths: readonly string[],
  needles: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const content = await readFile(path);
    if (needles.some((needle) => content.includes(needle))) found.push(path);
  }
  return found;
}
