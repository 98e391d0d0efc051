/** Secrets on the clipboard: put there without being shown, and taken away after a while if they are still there. */
import { clipboard } from 'electron';

export class SecretClipboard {
  #held: { readonly text: string; readonly timer: NodeJS.Timeout | undefined } | undefined;

  /** @param clearAfterSeconds 0: it stays until something else is copied */
  async copy(text: string, clearAfterSeconds: number): Promise<void> {
    clearTimeout(this.#held?.timer);
    await clipboard.writeText(text);
    const timer =
      clearAfterSeconds > 0
        ? setTimeout(() => void this.clear(), clearAfterSeconds * 1000)
        : undefined;
    this.#held = { text, timer };
  }

  /** Takes away what was copied here, and nothing else. */
  async clear(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    clearTimeout(held?.timer);
    if (held && (await clipboard.readText()) === held.text) await clipboard.writeText('');
  }
}
