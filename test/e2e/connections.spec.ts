// A connection as OpenSSH on this computer has it: from ~/.ssh/config, through a jump host, tested step by step.
import { readFile } from 'node:fs/promises';
import type { ElectronApplication, Page } from '@playwright/test';
import { startSshd } from '../helpers/sshd.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { expect, keepScreen, test } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

let sshd: Sshd;
let jump: Sshd;

test.beforeAll(async () => {
  sshd = await startSshd();
  const publicLine = await readFile(`${sshd.identityPath}.pub`, 'utf8');
  jump = await startSshd({ authorizedKeys: [publicLine.trim()] });
});
test.afterAll(async () => {
  await jump.stop();
  await sshd.stop();
});

test(
  'a host of ~/.ssh/config becomes a connection, and each host key on the way is trusted by itself',
  { tag: '@long' },
  async ({ launchApp, user }) => {
    await user.addFile('.ssh/id_sftp', await readFile(sshd.identityPath));
    await user.addFile('.ssh/config', sshConfig());
    const jumpKey = await readFile(`${jump.hostKeyFiles[0] ?? ''}.pub`, 'utf8');
    await user.addFile('.ssh/known_hosts', `[127.0.0.1]:${jump.port} ${jumpKey}`);
    const { app, window } = await launchApp();
    const wizard = new Wizard(window);
    await wizard.go('Connections');
    await wizard.button('Add connection…').click();
    const dialog = window.getByRole('dialog');
    await dialog.getByLabel('From ~/.ssh/config').selectOption('platform');
    await expect(dialog.getByLabel('Host', { exact: true })).toHaveValue('127.0.0.1');
    await expect(dialog.getByText('id_sftp')).toBeVisible();
    await expect(dialog.getByLabel('Jump hosts')).toHaveValue(
      `${jump.username}@127.0.0.1:${jump.port}`,
    );
    await dialog.getByText('Verification, times and unusual servers').click();
    await dialog.getByText('By its content').click();
    await keepBoth(app, window, 'connection-dialog');
    await dialog.getByText('Allow a password where').scrollIntoViewIfNeeded();
    await keepBoth(app, window, 'connection-dialog-lower');
    await dialog.getByText('Verification, times and unusual servers').scrollIntoViewIfNeeded();
    await dialog.getByRole('button', { name: 'Save connection' }).click();
    await expect(dialog).toBeHidden();

    await window.getByText('Test connection', { exact: true }).click();
    await expect(window.getByText('knows the host by this very key')).toBeVisible();
    await keepBoth(app, window, 'connection-jump-host-key');
    await wizard.button('Trust this host key').click();
    await expect(window.getByText(sshd.hostKeySha256, { exact: true })).toBeVisible();
    await expect(window.getByText('leads on to')).toBeVisible();
    await wizard.button('Trust this host key').click();
    await expect(window.getByText('A test file was written and renamed')).toBeVisible();
    await expect(wizard.button('Trust this host key')).toBeHidden();
    await keepBoth(app, window, 'connection-tested');
    await wizard.button('Edit…').click();
    await dialog.getByText('SSH agent').click();
    await expect(dialog.getByText('No SSH agent is running')).toBeVisible();
    await dialog.getByText('Password', { exact: true }).first().click();
    await keepBoth(app, window, 'connection-password');
  },
);

function sshConfig(): string {
  return [
    'Host platform',
    '  HostName 127.0.0.1',
    `  Port ${sshd.port}`,
    `  User ${sshd.username}`,
    '  IdentityFile ~/.ssh/id_sftp',
    '  ProxyJump bastion',
    'Host bastion',
    '  HostName 127.0.0.1',
    `  Port ${jump.port}`,
    `  User ${jump.username}`,
    '',
  ].join('\n');
}

/** Light in the usual window, dark in the smallest one. */
async function keepBoth(app: ElectronApplication, window: Page, name: string): Promise<void> {
  for (const [colorScheme, width, height] of [
    ['dark', 800, 560],
    ['light', 1100, 720],
  ] as const) {
    await app.evaluate(
      ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setSize(w, h),
      [width, height] as const,
    );
    await window.emulateMedia({ colorScheme });
    await keepScreen(window, `${name}-${colorScheme}`);
  }
}
