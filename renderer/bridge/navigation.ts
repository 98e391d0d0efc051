/** Which place the window shows. Here rather than in `app`, since features lead to each other's places too. */
import { create } from 'zustand';
import type { Place } from '../../shared/contract/names.ts';
import { keepOverLock, takeKept } from './over-lock.ts';
import { listen } from './window-api.ts';

interface Navigation {
  readonly place: Place;
  readonly go: (place: Place) => void;
}

export const useNavigation = create<Navigation>((set) => ({
  place: (takeKept('place') as Place | undefined) ?? 'send',
  go: (place) => set({ place }),
}));

/** Who unlocks is where the lock found them. */
export function keepPlaceOverLock(): () => void {
  return listen('secrets.locked', () => keepOverLock('place', useNavigation.getState().place));
}
