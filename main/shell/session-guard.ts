/**
 * What the window's session and contents may do: next to nothing. One place, so that it can be read as a table.
 */
import { app, session } from 'electron';
import type { Session, WebContents } from 'electron';
import { APP_ORIGIN } from './app-protocol.ts';

/** In memory only: no cache, cookie or storage of the window ever reaches the disk. */
const PARTITION = 'sealift-window';

export function guardedSession(): Session {
  const guarded = session.fromPartition(PARTITION, { cache: false });
  guarded.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  guarded.setPermissionCheckHandler(() => false);
  guarded.setDevicePermissionHandler(() => false);
  guarded.setDisplayMediaRequestHandler((_request, answer) => {
    answer({});
  });
  guarded.on('will-download', (event) => {
    event.preventDefault();
  });
  guarded.webRequest.onBeforeRequest((details, answer) => {
    answer({
      cancel: !details.url.startsWith(`${APP_ORIGIN}/`) && !details.url.startsWith('data:image/'),
    });
  });
  guarded.setSpellCheckerEnabled(false);
  return guarded;
}

/** Holds every web contents of the app to its one page: no navigation, no new window, no embedded view. */
export function lockContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    lock(contents);
  });
}

function lock(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event) => {
    event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
}
