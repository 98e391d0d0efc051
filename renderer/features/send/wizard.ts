/** The wizard as a machine: its steps, what it holds, and what each step still lacks. Pure. */
import type { FileRef, SendPlan } from '../../../shared/contract/api.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import type { FileFacts, MappingColumn } from '../../../shared/domain/data-file.ts';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import type { ImportType } from '../../../shared/domain/manifest.ts';
import type { CheckReport, TextProblem } from '../../../shared/domain/problem.ts';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { formatCount } from '../../ui/format.ts';
import { isEmail, mappingProblems } from './mapping.ts';

export const WIZARD_STEPS = [
  { id: 'files', name: 'Files' },
  { id: 'map', name: 'Map' },
  { id: 'check', name: 'Check' },
  { id: 'key', name: 'Key' },
  { id: 'destination', name: 'Destination' },
  { id: 'review', name: 'Review' },
] as const;
export type WizardStep = (typeof WIZARD_STEPS)[number]['id'];

export interface SendFile {
  readonly ref: FileRef;
  /** Set once the file was looked at. Holds row values: dropped when the wizard is left. */
  readonly facts?: FileFacts | undefined;
  readonly error?: ErrorView | undefined;
}

/** The mapping of all files with one header. */
export interface MappingGroup {
  readonly type: ImportType;
  /** Absent while it is guessed. */
  readonly columns?: readonly MappingColumn[] | undefined;
  /** What applying a template came to. */
  readonly note?: string | undefined;
  readonly error?: ErrorView | undefined;
}

/** The check of one file. The report holds row values: dropped when the wizard is left. */
export type FileCheck =
  | { readonly state: 'waiting' }
  | {
      readonly state: 'running';
      readonly jobId: string;
      readonly seq: number;
      readonly done: number;
      readonly total?: number | undefined;
      readonly rate?: number | undefined;
    }
  | { readonly state: 'done'; readonly report: CheckReport }
  /** The manifest itself would not do. */
  | { readonly state: 'refused'; readonly problems: readonly TextProblem[] }
  | { readonly state: 'failed'; readonly error: ErrorView };

export interface ManifestDraft {
  readonly text: string;
  readonly problems: readonly TextProblem[];
  readonly plan?: SendPlan | undefined;
  readonly error?: ErrorView | undefined;
}

export interface Wizard {
  readonly step: WizardStep;
  readonly files: readonly SendFile[];
  /** By `groupKeyOf` of the header. */
  readonly groups: Readonly<Record<string, MappingGroup>>;
  readonly clientEmail: string;
  /** By file handle, as are the manifests. */
  readonly checks: Readonly<Record<string, FileCheck>>;
  readonly acceptRejected: boolean;
  readonly fingerprint: string | undefined;
  readonly keyId: string | undefined;
  readonly connectionId: string | undefined;
  readonly manifests: Readonly<Record<string, ManifestDraft>>;
}

/** What the wizard's choices point at. */
export interface Surroundings {
  readonly keys: readonly KeySet[];
  readonly connections: readonly Connection[];
}

export interface CheckTotals {
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly isFinished: boolean;
}

export function checkTotals(wizard: Pick<Wizard, 'files' | 'checks'>): CheckTotals {
  let [rows, accepted, rejected, isFinished] = [0, 0, 0, wizard.files.length > 0];
  for (const { ref } of wizard.files) {
    const check = wizard.checks[ref.handle];
    if (check?.state === 'done') {
      rows += check.report.rows;
      accepted += check.report.accepted;
      rejected += check.report.rejected;
    } else isFinished = false;
  }
  return { rows, accepted, rejected, isFinished };
}

/** What keeps the user on a step, as a sentence; undefined when there is nothing. */
export function blockerOf(
  step: WizardStep,
  wizard: Wizard,
  surroundings: Surroundings,
): string | undefined {
  switch (step) {
    case 'files':
      return filesBlocker(wizard.files);
    case 'map':
      return mapBlocker(wizard);
    case 'check':
      return checkBlocker(wizard);
    case 'key':
      return keyBlocker(wizard, surroundings.keys);
    case 'destination':
      return destinationBlocker(wizard, surroundings.connections);
    case 'review':
      return reviewBlocker(wizard);
  }
}

/** A step can be entered when none before it is blocked. */
export function canEnter(step: WizardStep, wizard: Wizard, surroundings: Surroundings): boolean {
  const before = WIZARD_STEPS.slice(
    0,
    WIZARD_STEPS.findIndex((candidate) => candidate.id === step),
  );
  return before.every(({ id }) => blockerOf(id, wizard, surroundings) === undefined);
}

/** The first step that is blocked, so that the user can be led to it; undefined when all may be sent. */
export function firstBlocked(
  wizard: Wizard,
  surroundings: Surroundings,
): { readonly step: WizardStep; readonly why: string } | undefined {
  for (const { id } of WIZARD_STEPS) {
    const why = blockerOf(id, wizard, surroundings);
    if (why !== undefined) return { step: id, why };
  }
  return undefined;
}

export function stepBeside(step: WizardStep, offset: 1 | -1): WizardStep | undefined {
  return WIZARD_STEPS[WIZARD_STEPS.findIndex((candidate) => candidate.id === step) + offset]?.id;
}

function filesBlocker(files: readonly SendFile[]): string | undefined {
  if (files.length === 0) return 'Add a file to go on.';
  if (files.some((file) => file.error !== undefined)) {
    return 'Remove the files that cannot be read.';
  }
  if (files.some((file) => file.facts === undefined)) return 'Looking at the files.';
  const names = files.map((file) => file.ref.name.toLowerCase());
  const twice = files.find((file, index) => names.indexOf(file.ref.name.toLowerCase()) < index);
  return twice === undefined
    ? undefined
    : `Two files are named ${twice.ref.name}; the second would replace the first. Remove one.`;
}

function mapBlocker({ groups, clientEmail }: Wizard): string | undefined {
  for (const group of Object.values(groups)) {
    if (group.columns === undefined) return 'The columns are being guessed.';
    // Records that say their own types have no header and need no mapping.
    if (group.columns.length > 0 && mappingProblems(group.type, group.columns).length > 0) {
      return 'Mend the mapping where it is marked.';
    }
  }
  return isEmail(clientEmail) ? undefined : 'Give the e-mail address for the platform’s mails.';
}

function checkBlocker(wizard: Wizard): string | undefined {
  const checks = wizard.files.map(({ ref }) => wizard.checks[ref.handle]);
  if (checks.some((check) => check?.state === 'refused' || check?.state === 'failed')) {
    return 'Mend what the check found.';
  }
  const reports = checks.flatMap((check) => (check?.state === 'done' ? [check.report] : []));
  if (reports.some((report) => report.rows > 0 && report.accepted === 0)) {
    return 'The platform would take no row. Mend the mapping or the file.';
  }
  const { rejected } = checkTotals(wizard);
  return rejected > 0 && !wizard.acceptRejected
    ? `${formatCount(rejected, 'row')} would be rejected: mend the file, or choose to send anyway.`
    : undefined;
}

function keyBlocker(wizard: Wizard, keys: readonly KeySet[]): string | undefined {
  const keySet = keys.find((key) => key.fingerprint === wizard.fingerprint);
  if (keySet === undefined) return 'Choose the key set to seal to.';
  if (keySet.use !== 'ready' && keySet.use !== 'expires-soon') {
    return 'This key set cannot be used. Choose another one.';
  }
  return keySet.registrations.some((registration) => registration.keyId === wizard.keyId)
    ? undefined
    : 'The platform needs the Key ID of this key set.';
}

function destinationBlocker(
  wizard: Wizard,
  connections: readonly Connection[],
): string | undefined {
  const connection = connections.find((candidate) => candidate.id === wizard.connectionId);
  if (connection === undefined) return 'Choose where the files go.';
  return connection.hostKey === undefined
    ? 'Test the connection once, to compare and trust its host key.'
    : undefined;
}

function reviewBlocker(wizard: Wizard): string | undefined {
  if (!checkTotals(wizard).isFinished) return 'The check is still running.';
  for (const { ref } of wizard.files) {
    const draft = wizard.manifests[ref.handle];
    if (draft === undefined) return 'The manifest is being written.';
    if (draft.error !== undefined || hasErrors(draft.problems)) return 'Mend the manifest.';
    if (draft.plan === undefined) return 'The manifest is being checked.';
  }
  return undefined;
}

export function hasErrors(problems: readonly TextProblem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}
