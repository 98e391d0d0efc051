// What a script in the window could do if one ever ran there: nothing. And the shell's own manners.
import { expect, test } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

declare global {
  interface Window {
    readonly sealift: {
      readonly invoke: (name: string, input: unknown) => Promise<unknown>;
      readonly on: (name: string, listener: () => void) => () => void;
    };
  }
}

test('the window reaches no network, no other page, no inline code and no permission', async ({
  launchApp,
}) => {
  const { window } = await launchApp();
  const before = window.url();
  const tried = await window.evaluate(async () => {
    const outcome = async (attempt: () => unknown): Promise<string> => {
      try {
        const value = await attempt();
        return value === null ? 'null' : 'allowed';
      } catch {
        return 'refused';
      }
    };
    const inline = document.createElement('script');
    inline.textContent = 'window.inlineRan = true';
    document.head.append(inline);
    const frame = document.createElement('iframe');
    frame.src = 'https://example.com/';
    document.body.append(frame);
    location.href = 'https://example.com/';
    return {
      fetch: await outcome(() => fetch('https://example.com/')),
      file: await outcome(() => fetch('file:///etc/passwd')),
      climb: await outcome(async () => {
        const answer = await fetch('app://sealift/..%2f..%2fpackage.json');
        if (!answer.ok) throw new Error(String(answer.status));
      }),
      open: await outcome(() => globalThis.open('https://example.com/')),
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the policy must refuse it
      evaluate: await outcome(() => new Function('return 1')()),
      inline: 'inlineRan' in globalThis ? 'allowed' : 'refused',
      socket: await outcome(
        () =>
          new Promise((resolve, reject) => {
            const socket = new WebSocket('ws://127.0.0.1:9/');
            socket.onopen = resolve;
            socket.onerror = reject;
          }),
      ),
      microphone: await outcome(() => navigator.mediaDevices.getUserMedia({ audio: true })),
      clipboard: await outcome(() => navigator.clipboard.readText()),
      notification: await Notification.requestPermission(),
    };
  });
  expect(tried).toEqual({
    fetch: 'refused',
    file: 'refused',
    climb: 'refused',
    open: 'null',
    evaluate: 'refused',
    inline: 'refused',
    socket: 'refused',
    microphone: 'refused',
    clipboard: 'refused',
    notification: 'denied',
  });
  expect(window.url()).toBe(before);
});

test('calls that the contract does not name are refused, and errors carry no stack', async ({
  launchApp,
}) => {
  const { window } = await launchApp();
  const answers = await window.evaluate(async () => ({
    unknown: await Promise.resolve()
      .then(() => globalThis.window.sealift.invoke('files.adopt', [{ path: '/etc/passwd' }]))
      .then(
        () => 'allowed',
        () => 'refused',
      ),
    badField: await globalThis.window.sealift.invoke('files.inspect', { handle: '/etc/passwd' }),
    stranger: await globalThis.window.sealift.invoke('files.inspect', {
      handle: '0b0e9bd8-7a9a-4b0c-9a57-0a4a7a4d7c11',
    }),
    bridge: Object.keys(globalThis.window.sealift).sort(),
  }));
  expect(answers.unknown).toBe('refused');
  expect(answers.badField).toEqual({
    ok: false,
    error: { code: 'BAD_REQUEST', params: { detail: 'the field handle' }, retry: 'user' },
  });
  expect(answers.stranger).toMatchObject({ ok: false, error: { code: 'FILE_NOT_FOUND' } });
  expect(answers.bridge).toEqual(['adoptFiles', 'invoke', 'on']);
});

test('the menu leads to every place, and a second start leaves the first alone', async ({
  launchApp,
}) => {
  const { app, window } = await launchApp();
  const wizard = new Wizard(window);
  await expect(window.getByRole('heading', { name: 'Send', level: 1 })).toBeVisible();
  for (const place of ['Activity', 'Vaults', 'Keys', 'Connections', 'Settings', 'Send']) {
    await app.evaluate(({ Menu }, label) => {
      const view = Menu.getApplicationMenu()?.items.find((item) => item.label === '&View');
      view?.submenu?.items.find((item) => item.label === label)?.click();
    }, place);
    await expect(window.getByRole('heading', { name: place, level: 1 })).toBeVisible();
  }
  await expect(launchApp()).rejects.toThrow();
  await wizard.go('Keys');
});
