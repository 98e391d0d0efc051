/** Keeps the machine from going to sleep by itself while a delivery runs; the screen may go dark. */
import { powerSaveBlocker } from 'electron';

export class KeepAwake {
  #blocker: number | undefined;

  /** Called at every change of a job. */
  heed(isSending: boolean): void {
    if (isSending) this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (this.#blocker !== undefined) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = undefined;
    }
  }
}
