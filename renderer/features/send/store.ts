/**
 * What the wizard holds. It is the only place in the window where row values are kept,
 * and `leaveRows` drops them as soon as the wizard is out of sight.
 */
import { create } from 'zustand';
import type { ErrorView } from '../../../shared/errors/index.ts';
import type { FileCheck, ManifestDraft, MappingGroup, SendFile, Wizard } from './wizard.ts';

/** A delivery that this wizard began. */
export interface Started {
  readonly handle: string;
  readonly name: string;
  readonly jobId?: string;
  /** Set where it could not even begin. */
  readonly error?: ErrorView;
}

interface SendState extends Wizard {
  readonly phase: 'wizard' | 'sending';
  readonly started: readonly Started[];
  /** Failures that belong to no file in the wizard, such as a dropped folder. */
  readonly addErrors: readonly ErrorView[];
  /** The choices that each check was made for, by file handle. */
  readonly checkedFor: Readonly<Record<string, string>>;
  /** The choices that the manifests were made for. */
  readonly preparedFor: string;
}

const EMPTY = {
  phase: 'wizard',
  step: 'files',
  files: [],
  leftOut: [],
  groups: {},
  checks: {},
  manifests: {},
  acceptRejected: false,
  started: [],
  addErrors: [],
  checkedFor: {},
  preparedFor: '',
} as const satisfies Partial<SendState>;

export const useSend = create<SendState>(() => ({
  ...EMPTY,
  clientEmail: '',
  fingerprint: undefined,
  keyId: undefined,
  connectionId: undefined,
}));

/** Begins anew. Key, destination and e-mail stay: they are likely the same next time. */
export function resetWizard(): void {
  useSend.setState({ ...EMPTY });
}

export function patch(change: Partial<SendState>): void {
  useSend.setState(change);
}

/** Changes a file that is still in the wizard; a late answer for a removed one is lost on purpose. */
export function patchFile(handle: string, change: Partial<SendFile>): void {
  useSend.setState(({ files }) => ({
    files: files.map((file) => (file.ref.handle === handle ? { ...file, ...change } : file)),
  }));
}

export function patchGroup(key: string, change: Partial<MappingGroup>): void {
  useSend.setState(({ groups }) => {
    const group = groups[key];
    return group === undefined ? {} : { groups: { ...groups, [key]: { ...group, ...change } } };
  });
}

export function setCheck(handle: string, check: FileCheck): void {
  useSend.setState(({ checks }) => ({ checks: { ...checks, [handle]: check } }));
}

export function setManifest(handle: string, draft: ManifestDraft): void {
  useSend.setState(({ manifests }) => ({ manifests: { ...manifests, [handle]: draft } }));
}

/** True until every file was looked at: without their headers, nothing can be built from the mapping. */
export function isLooking(): boolean {
  return useSend
    .getState()
    .files.some((file) => file.facts === undefined && file.error === undefined);
}

/** Drops every row value. The choices stay, so that coming back costs one more look at the files. */
export function leaveRows(): void {
  useSend.setState(({ files }) => ({
    files: files.map(({ facts: _rows, ...file }) => file),
    checks: {},
    checkedFor: {},
  }));
}
