/** The window's only way out: typed calls and events over what the preload exposes. Nothing else may read `window.sealift`. */
import type {
  AdoptedFiles,
  FilePurpose,
  Input,
  Output,
  Payload,
  SealiftApi,
} from '../../shared/contract/api.ts';
import type { EventName, InvokeName } from '../../shared/contract/names.ts';
import type { ErrorView, Result } from '../../shared/errors/index.ts';

declare global {
  interface Window {
    readonly sealift: SealiftApi<File>;
  }
}

/** What is shown when the main process itself did not answer; its log has no number for that. */
const UNANSWERED: ErrorView = { code: 'INTERNAL', params: { incident: 'none' }, retry: 'user' };

export async function call<N extends InvokeName>(
  name: N,
  input: Input<N>,
): Promise<Result<Output<N>>> {
  try {
    return await window.sealift.invoke(name, input);
  } catch {
    return { ok: false, error: UNANSWERED };
  }
}

/** Subscribes to an event; the answer unsubscribes. */
export function listen<N extends EventName>(
  name: N,
  listener: (payload: Payload<N>) => void,
): () => void {
  return window.sealift.on(name, listener);
}

/** Turns dropped or pasted files into handles; their paths stay with the main process. */
export async function adoptFiles(
  files: readonly File[],
  purpose: FilePurpose,
): Promise<Result<AdoptedFiles>> {
  try {
    return await window.sealift.adoptFiles(files, purpose);
  } catch {
    return { ok: false, error: UNANSWERED };
  }
}
