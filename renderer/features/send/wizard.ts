/** The wizard as a machine: its steps, what it holds, and what each step still lacks. Pure. */
import type { FileRef, SendPlan } from '../../../shared/contract/api.ts';
import { isTrusted } from '../../../shared/domain/connection.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import type { FileFacts, MappingColumn } from '../../../shared/domain/data-file.ts';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import type { ImportType } from '../../../shared/domain/manifest.ts';
import type { CheckReport, TextProblem } from '../../../shared/domain/problem.ts';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { errorText } from '../../../shared/errors/index.ts';
import { formatCount, formatNumber } from '../../ui/format.ts';
import { isChoiceOpen } from './conversion.ts';
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
  /** What the user chose where the file can be converted; absent while nothing was chosen. */
  readonly convert?: boolean | undefined;
  /** Failed rows that the user is about to mend. */
  readonly isToMend?: boolean | undefined;
}

/** A file that the user left out so that the others can go on. */
export interface LeftOutFile {
  readonly ref: FileRef;
  /** What was wrong with it, as a sentence. */
  readonly why: string;
  readonly convert?: boolean | undefined;
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
  /** In the order in which they are sent. */
  readonly files: readonly SendFile[];
  readonly leftOut: readonly LeftOutFile[];
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
  const bad = files.filter((file) => fileProblem(file) !== undefined).length;
  if (bad > 0) {
    return bad === files.length
      ? 'Remove what cannot be sent, and add other files.'
      : `${formatCount(bad, 'file')} cannot be sent. Leave out or remove what is marked.`;
  }
  if (files.some((file) => file.facts === undefined)) return 'Looking at the files.';
  if (files.some(isChoiceOpen)) return 'Choose how the marked files are to be read.';
  const names = files.map((file) => file.ref.name.toLowerCase());
  const twice = files.find((file, index) => names.indexOf(file.ref.name.toLowerCase()) < index);
  return twice === undefined
    ? undefined
    : `Two files are named ${twice.ref.name}; the second would replace the first. Remove one.`;
}

/** Why a file cannot be sent whatever its mapping, as a sentence. */
export function fileProblem({ facts, error }: SendFile): string | undefined {
  if (error !== undefined) return errorText(error);
  if (facts?.rowsExact !== true || facts.rows > 0) return undefined;
  return facts.header.length === 0 ? 'The file is empty.' : 'The file has a header and no rows.';
}

export interface FileFault {
  readonly handle: string;
  /** As a sentence. */
  readonly why: string;
}

/** The files that keep the others from going on to the next step, each with the reason. */
export function faultyFiles(
  step: WizardStep,
  wizard: Pick<Wizard, 'files' | 'checks' | 'acceptRejected'>,
): readonly FileFault[] {
  return wizard.files.flatMap((file) => {
    const { handle } = file.ref;
    const why =
      step === 'files'
        ? fileProblem(file)
        : step === 'check'
          ? checkProblem(wizard.checks[handle], wizard.acceptRejected)
          : undefined;
    return why === undefined ? [] : [{ handle, why }];
  });
}

function checkProblem(check: FileCheck | undefined, acceptRejected: boolean): string | undefined {
  switch (check?.state) {
    case 'failed':
      return errorText(check.error);
    case 'refused':
      return 'The platform would not take a manifest with this mapping.';
    case 'done': {
      const { rows, accepted, rejected } = check.report;
      if (accepted === 0) return 'The platform would take no row.';
      return rejected > 0 && !acceptRejected
        ? `${formatNumber(rejected)} of ${formatCount(rows, 'row')} would be rejected.`
        : undefined;
    }
    default:
      return undefined;
  }
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
    return 'Mend what the check found, or leave the file out.';
  }
  const reports = checks.flatMap((check) => (check?.state === 'done' ? [check.report] : []));
  if (reports.some((report) => report.accepted === 0)) {
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
  return isTrusted(connection)
    ? undefined
    : 'Test the connection once, to compare and trust its host key.';
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
