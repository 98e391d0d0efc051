/** Uploads, downloads, imports and exports as they run, by rising `seq`. */
import { useEffect, useRef } from 'react';
import { create } from 'zustand';
import type { Transfer, TransferKind } from '../../../shared/domain/vault.ts';
import { call, listen } from '../../bridge/window-api.ts';
import { isOver, mergeTransfer } from './transfer-words.ts';

interface Transfers {
  readonly transfers: readonly Transfer[];
  readonly keep: (transfer: Transfer) => void;
  readonly forget: (id: string) => void;
}

export const useTransfers = create<Transfers>((set, get) => ({
  transfers: [],
  keep: (transfer) => set({ transfers: mergeTransfer(get().transfers, transfer) }),
  forget: (id) => set({ transfers: get().transfers.filter((one) => one.id !== id) }),
}));

/** Follows all transfers for as long as the window lives; the answer ends it. */
export function followTransfers(): () => void {
  const { keep } = useTransfers.getState();
  // Listening first: what happens while the list is on its way comes with a higher `seq`.
  const stop = listen('sds.transfers.changed', keep);
  void call('sds.transfers.list', {}).then((result) => {
    if (result.ok) result.value.forEach(keep);
  });
  return stop;
}

/** Looks again when a transfer into this vault has ended: what it wrote stays, however it ended. */
export function useEnded(kind: TransferKind, vault: string, look: () => void): void {
  const ended = useTransfers(
    ({ transfers }) =>
      transfers.filter((one) => one.kind === kind && one.vault === vault && isOver(one)).length,
  );
  const seen = useRef(ended);
  useEffect(() => {
    const isMore = ended > seen.current;
    seen.current = ended;
    if (isMore) look();
  }, [ended, look]);
}
