/** Taking files into the wizard: handles, a look at each, a first mapping for each header, and their order. */
import type { AdoptedFiles, FileRef, Input } from '../../../shared/contract/api.ts';
import type { FileFacts } from '../../../shared/domain/data-file.ts';
import type { ImportType } from '../../../shared/domain/manifest.ts';
import type { Result } from '../../../shared/errors/index.ts';
import { adoptFiles, call } from '../../bridge/window-api.ts';
import { stopIfRunning } from './check-jobs.ts';
import { groupKeyOf, guessType } from './mapping.ts';
import { patch, patchFile, patchGroup, useSend } from './store.ts';
import type { FileFault, SendFile } from './wizard.ts';

export async function chooseFiles(): Promise<void> {
  await take(alone(await call('files.choose', { purpose: 'data' })));
}

export async function dropFiles(files: readonly File[]): Promise<void> {
  if (files.length > 0) await take(await adoptFiles(files, 'data'));
}

export async function addSample(): Promise<void> {
  const sample = await call('files.sample', {});
  await take(alone(sample.ok ? { ok: true, value: [sample.value] } : sample));
}

export function removeFile(handle: string): void {
  removeFiles(new Set([handle]));
}

/** Sets files aside, so that the others go on. They can be put back. */
export function leaveOut(faults: readonly FileFault[]): void {
  const { files, leftOut } = useSend.getState();
  const more = faults.flatMap(({ handle, why }) => {
    const file = files.find(({ ref }) => ref.handle === handle);
    return file === undefined ? [] : [{ ref: file.ref, why, convert: file.convert }];
  });
  patch({ leftOut: [...leftOut, ...more] });
  removeFiles(new Set(faults.map(({ handle }) => handle)));
}

/** Puts all files that were left out behind the others and looks at them anew. */
export async function putBack(): Promise<void> {
  const { files, leftOut } = useSend.getState();
  const back = leftOut.map(({ ref, convert }): SendFile => ({ ref, convert }));
  patch({ leftOut: [], files: [...files, ...back] });
  for (const { ref } of back) await look(ref);
}

/** The order of the list is the order of the upload. */
export function moveFile(handle: string, offset: 1 | -1): void {
  const files = [...useSend.getState().files];
  const from = files.findIndex(({ ref }) => ref.handle === handle);
  const to = from + offset;
  const [moved, other] = [files[from], files[to]];
  if (moved === undefined || other === undefined) return;
  files[from] = other;
  files[to] = moved;
  patch({ files });
}

/** By name, numbers in names by their value: `part-2` before `part-10`. */
export function sortFiles(): void {
  const byName = new Intl.Collator('en', { numeric: true });
  const files = [...useSend.getState().files];
  patch({ files: files.sort((a, b) => byName.compare(a.ref.name, b.ref.name)) });
}

/** Notes for files whether they are converted, and looks at them as they are read then; undefined takes a choice back. */
export async function chooseConversion(
  handles: readonly string[],
  convert: boolean | undefined,
): Promise<void> {
  for (const handle of handles) {
    const result = await call('files.convert', { handle, convert: convert ?? false });
    await takeLook(handle, result, { convert });
  }
}

/** Looks again at files whose rows were dropped while the wizard was out of sight. */
export async function lookAgain(): Promise<void> {
  for (const { ref, facts, error } of useSend.getState().files) {
    if (facts === undefined && error === undefined) await look(ref);
  }
}

/** Looks again at every file: each may have been mended since. */
export async function lookAnew(): Promise<void> {
  for (const { ref } of useSend.getState().files) await look(ref);
}

/** Failed rows of before: their last column is no data. */
export async function takeToMend(ref: FileRef): Promise<void> {
  patch({ step: 'files', files: [...useSend.getState().files, { ref, isToMend: true }] });
  await chooseConversion([ref.handle], true);
}

function alone(result: Result<readonly FileRef[]>): Result<AdoptedFiles> {
  return result.ok ? { ok: true, value: { files: result.value, refused: [] } } : result;
}

async function take(result: Result<AdoptedFiles>): Promise<void> {
  if (!result.ok) {
    patch({ addErrors: [result.error] });
    return;
  }
  const { files: added, refused } = result.value;
  const { files } = useSend.getState();
  patch({ addErrors: refused, files: [...files, ...added.map((ref) => ({ ref }))] });
  // One after another, so that the first ones show while the last ones are still looked at.
  for (const ref of added) await look(ref);
}

async function look({ handle }: FileRef): Promise<void> {
  await takeLook(handle, await call('files.inspect', { handle }), {});
}

async function takeLook(
  handle: string,
  result: Result<FileFacts>,
  change: Pick<SendFile, 'convert'>,
): Promise<void> {
  // An answer for a file that was removed meanwhile is lost on purpose.
  if (!useSend.getState().files.some((file) => file.ref.handle === handle)) return;
  if (!result.ok) {
    patchFile(handle, { facts: undefined, error: result.error });
    return;
  }
  patchFile(handle, { ...change, facts: result.value, error: undefined });
  dropUnusedGroups();
  await ensureGroup(handle, result.value);
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

function removeFiles(handles: ReadonlySet<string>): void {
  const { files, checks, checkedFor } = useSend.getState();
  for (const handle of handles) stopIfRunning(checks[handle]);
  const kept = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([handle]) => !handles.has(handle)));
  patch({
    files: files.filter(({ ref }) => !handles.has(ref.handle)),
    checks: kept(checks),
    checkedFor: kept(checkedFor),
  });
  dropUnusedGroups();
}

/** While files are looked at, their groups are not known yet and all are kept. */
function dropUnusedGroups(): void {
  const { groups, files } = useSend.getState();
  if (files.some(({ facts, error }) => facts === undefined && error === undefined)) return;
  const used = Object.entries(groups).filter(([key]) => filesOfGroup(key).length > 0);
  if (used.length < Object.keys(groups).length) patch({ groups: Object.fromEntries(used) });
}
