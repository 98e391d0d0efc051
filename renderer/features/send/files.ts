/** Taking files into the wizard: handles, a look at each, and a first mapping for each header. */
import type { FileRef, Input } from '../../../shared/contract/api.ts';
import type { FileFacts } from '../../../shared/domain/data-file.ts';
import type { ImportType } from '../../../shared/domain/manifest.ts';
import type { Result } from '../../../shared/errors/index.ts';
import { adoptFiles, call } from '../../bridge/window-api.ts';
import { groupKeyOf, guessType } from './mapping.ts';
import { patch, patchFile, patchGroup, useSend } from './store.ts';

export async function chooseFiles(): Promise<void> {
  await take(await call('files.choose', { purpose: 'data' }));
}

export async function dropFiles(files: readonly File[]): Promise<void> {
  if (files.length > 0) await take(await adoptFiles(files, 'data'));
}

export async function addSample(): Promise<void> {
  const sample = await call('files.sample', {});
  await take(sample.ok ? { ok: true, value: [sample.value] } : sample);
}

export function removeFile(handle: string): void {
  const { files, checks } = useSend.getState();
  const { [handle]: _report, ...otherChecks } = checks;
  patch({ files: files.filter((file) => file.ref.handle !== handle), checks: otherChecks });
  dropUnusedGroups();
}

/** Looks again at files whose rows were dropped while the wizard was out of sight. */
export async function lookAgain(): Promise<void> {
  for (const { ref, facts, error } of useSend.getState().files) {
    if (facts === undefined && error === undefined) await look(ref);
  }
}

async function take(result: Result<readonly FileRef[]>): Promise<void> {
  if (!result.ok) {
    patch({ addError: result.error });
    return;
  }
  const { files } = useSend.getState();
  patch({ addError: undefined, files: [...files, ...result.value.map((ref) => ({ ref }))] });
  // One after another: the order of the files is the order in which they are shown and sent.
  for (const ref of result.value) await look(ref);
}

async function look(ref: FileRef): Promise<void> {
  const result = await call('files.inspect', { handle: ref.handle });
  if (!result.ok) {
    patchFile(ref.handle, { error: result.error });
    return;
  }
  const isStillWanted = useSend.getState().files.some((file) => file.ref.handle === ref.handle);
  if (!isStillWanted) return;
  patchFile(ref.handle, { facts: result.value, error: undefined });
  await ensureGroup(ref.handle, result.value);
}

async function ensureGroup(handle: string, facts: FileFacts): Promise<void> {
  const key = groupKeyOf(facts);
  const { groups } = useSend.getState();
  if (groups[key] !== undefined) return;
  const type = guessType(facts.header);
  patch({ groups: { ...groups, [key]: { type } } });
  await suggest(key, { handle, type, remembered: 'any-type' });
}

/** Takes the mapping last used for another type, or the guess for it, in place of the mapping so far. */
export async function changeType(key: string, type: ImportType): Promise<void> {
  const file = filesOfGroup(key)[0];
  if (file === undefined) return;
  patchGroup(key, { type, columns: undefined, note: undefined, error: undefined });
  await suggest(key, { handle: file.ref.handle, type, remembered: 'this-type' });
}

/** Takes the guess from names and values, in place of templates, memory and the user's own choices. */
export async function resetToGuess(key: string): Promise<void> {
  const file = filesOfGroup(key)[0];
  const type = useSend.getState().groups[key]?.type;
  if (file === undefined || type === undefined) return;
  patchGroup(key, { columns: undefined, note: undefined, error: undefined });
  await suggest(key, { handle: file.ref.handle, type, remembered: 'none' });
}

async function suggest(key: string, request: Input<'mapping.suggest'>): Promise<void> {
  const result = await call('mapping.suggest', request);
  // The user may have changed the type meanwhile.
  if (useSend.getState().groups[key]?.type !== request.type) return;
  patchGroup(key, result.ok ? { ...result.value, error: undefined } : { error: result.error });
}

export function filesOfGroup(key: string) {
  return useSend
    .getState()
    .files.filter((file) => file.facts !== undefined && groupKeyOf(file.facts) === key);
}

function dropUnusedGroups(): void {
  const { groups } = useSend.getState();
  const used = Object.entries(groups).filter(([key]) => filesOfGroup(key).length > 0);
  patch({ groups: Object.fromEntries(used) });
}
