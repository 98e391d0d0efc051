/** What other features may use of Keys. */
export { useApps } from './app-store.ts';
export { nameProblem } from './app-words.ts';
export { ImportKeyDialog } from './import-key-dialog.tsx';
export { KeyIdDialog } from './key-id-dialog.tsx';
export { USE_WORDS, adviceFor, isUsable } from './key-words.ts';
export { KeysPlace } from './keys-place.tsx';
export { MakeKeyDialog } from './make-key-dialog.tsx';
export { ReceiveKeyDialog } from './receive-key-dialog.tsx';
export { ensureKeys, useKeys } from './store.ts';
