/** What other features may use of Connections. */
export { AccountKeysDialog } from './account-keys-dialog.tsx';
export { ConnectionDialog } from './connection-dialog.tsx';
export { ConnectionTest } from './connection-test.tsx';
export { ConnectionsPlace } from './connections-place.tsx';
export { ConsolePicker, useConsoleConnections } from './console-picker.tsx';
export { ensureConnections, useConnections } from './store.ts';
export { useTenants } from './tenant-store.ts';
export { addressOf } from './test-words.ts';
