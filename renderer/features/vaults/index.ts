/** What the rest of the window may use of Vaults. */
export { DeletionBar } from './deletion-bar.tsx';
export { followLock } from './deletions.ts';
export { keepVaultOverLock } from './store.ts';
export { followTransfers, useTransfers } from './transfers.ts';
export { isOver } from './transfer-words.ts';
export { TryVaults } from './try-vaults.tsx';
export { VaultsPlace } from './vaults-place.tsx';
