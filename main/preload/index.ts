/**
 * The bridge into the window: the contract's names, checked, and nothing else.
 * A dropped file's path goes from here to main and never to the window.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { SealiftApi } from '../../shared/contract/api.ts';
import { ADOPT_FILE, EVENT_NAMES, INVOKE_NAMES } from '../../shared/contract/names.ts';

const invokeNames: readonly string[] = INVOKE_NAMES;
const eventNames: readonly string[] = EVENT_NAMES;

const api: SealiftApi<File> = {
  invoke: (name, input) => {
    if (!invokeNames.includes(name)) throw new TypeError('unknown call');
    return ipcRenderer.invoke(name, input);
  },
  on: (name, listener) => {
    if (!eventNames.includes(name)) throw new TypeError('unknown event');
    const forward = (_event: unknown, payload: Parameters<typeof listener>[0]): void => {
      listener(payload);
    };
    ipcRenderer.on(name, forward);
    return () => {
      ipcRenderer.off(name, forward);
    };
  },
  adoptFiles: (files, purpose) =>
    ipcRenderer.invoke(
      ADOPT_FILE,
      files.map((file) => ({ path: webUtils.getPathForFile(file), purpose })),
    ),
};

contextBridge.exposeInMainWorld('sealift', api);
