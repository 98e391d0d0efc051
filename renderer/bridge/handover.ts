/** A file that another place hands to the Send wizard. Here, since no feature reaches into the wizard. */
import { create } from 'zustand';
import type { FileRef } from '../../shared/contract/api.ts';
import { useNavigation } from './navigation.ts';

interface Handover {
  /** Failed rows that the user wants to mend and send again; undefined once the wizard took them. */
  readonly file: FileRef | undefined;
  readonly taken: () => void;
}

export const useHandover = create<Handover>((set) => ({
  file: undefined,
  taken: () => set({ file: undefined }),
}));

/** Shows the wizard, which takes the file as soon as it is there. */
export function handToSend(file: FileRef): void {
  useHandover.setState({ file });
  useNavigation.getState().go('send');
}
