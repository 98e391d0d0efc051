/** Which place the window shows. Here rather than in `app`, since features lead to each other's places too. */
import { create } from 'zustand';
import type { Place } from '../../shared/contract/names.ts';

interface Navigation {
  readonly place: Place;
  readonly go: (place: Place) => void;
}

export const useNavigation = create<Navigation>((set) => ({
  place: 'send',
  go: (place) => set({ place }),
}));
