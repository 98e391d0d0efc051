/** The first look at what is sent, the check of all of it, and what may be sent after that. */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import type { Manifest } from '../../shared/domain/manifest.ts';
import { FILE_CODES } from '../../shared/domain/problem.ts';
import type { ProblemGroup } from '../../shared/domain/problem.ts';
import { AppError } from '../../shared/errors/index.ts';
import { requireManifest } from '../manifest/check.ts';
import { checkData } from '../preflight/index.ts';
import { fixedHeader, inspectFile, requireConvertible } from '../tabular/index.ts';
import type { CheckedSource, SendContext } from './send-context.ts';
import type { SendPlan } from './send-plan.ts';
import { requireUnchanged, stampOf } from './source-stamp.ts';
import type { SourceStamp } from './source-stamp.ts';

type SendableManifest = Manifest & { readonly keyId: string };
type SourcePlan = Pick<
  SendPlan,
  'sourcePath' | 'sourceName' | 'manifestText' | 'dataName' | 'convert'
>;

/** A source file of which the beginning was looked at, and the manifest under which it goes. */
export interface InspectedSource {
  readonly facts: FileFacts;
  readonly stamp: SourceStamp;
  readonly manifest: SendableManifest;
}

/**
 * Reads the manifest and the beginning of the file.
 * @throws AppError SOURCE_EMPTY, MANIFEST_INVALID, MANIFEST_NAMES_OTHER_FILE, KEY_ID_MISSING,
 *   CONVERSION_NEEDED, FILE_CHANGED, and those of tabular
 */
export async function inspectSource(plan: SourcePlan): Promise<InspectedSource> {
  const { sourcePath, sourceName, convert } = plan;
  const facts = await inspectFile(sourcePath, sourceName, { convert });
  const stamp = await stampOf(sourcePath, sourceName);
  if (facts.sizeBytes === 0) throw new AppError('SOURCE_EMPTY', { file: sourceName });
  const manifest = requireSendable(plan, fixedHeader(facts));
  requireConvertible(facts, convert);
  return { facts, stamp, manifest };
}

/**
 * Reads manifest and every row. Rows with errors are no failure here: see `refuseUnsendable`.
 * @throws AppError what `inspectSource` throws, TEXT_UNREADABLE, RECORD_TOO_LARGE, CANCELLED
 */
export async function checkSource(
  plan: SourcePlan,
  context: Pick<SendContext, 'signal' | 'onProgress'>,
): Promise<CheckedSource> {
  const { facts, stamp, manifest } = await inspectSource(plan);
  const report = await checkData({
    path: plan.sourcePath,
    facts,
    manifest,
    convert: plan.convert,
    ...(context.signal && { signal: context.signal }),
    onProgress: (done) => {
      context.onProgress({ step: 'check', done, total: facts.sizeBytes });
    },
  });
  await requireUnchanged(plan.sourcePath, plan.sourceName, stamp);
  return { report, facts, stamp };
}

/**
 * Refuses what the platform would not take, and what the user has not agreed to.
 * @throws AppError DATA_HAS_ERRORS, NO_ROWS_ACCEPTED, ROWS_REJECTED
 */
export function refuseUnsendable(
  plan: Pick<SendPlan, 'sourceName' | 'acceptRejected'>,
  { report }: Pick<CheckedSource, 'report'>,
): void {
  const file = plan.sourceName;
  const whole = report.problems.find(concernsWholeFile);
  if (whole) throw new AppError('DATA_HAS_ERRORS', { file, problem: whole.message });
  const { rows, accepted, rejected } = report;
  if (accepted === 0) throw new AppError('NO_ROWS_ACCEPTED', { file });
  if (rejected > 0 && !plan.acceptRejected) {
    throw new AppError('ROWS_REJECTED', { file, rejected, rows });
  }
}

const fileCodes: ReadonlySet<string> = new Set(FILE_CODES);

function concernsWholeFile(problem: ProblemGroup): boolean {
  return problem.severity === 'error' && fileCodes.has(problem.code);
}

/** Column rules need the file's header; the rest does not. */
export function requireSendable(
  plan: Pick<SendPlan, 'manifestText' | 'dataName'>,
  header?: readonly string[],
): SendableManifest {
  const manifest = requireManifest(plan.manifestText, { header });
  if (manifest.fileName !== plan.dataName) {
    const names = { found: manifest.fileName, wanted: plan.dataName };
    throw new AppError('MANIFEST_NAMES_OTHER_FILE', names);
  }
  if (manifest.keyId === undefined) throw new AppError('KEY_ID_MISSING');
  return { ...manifest, keyId: manifest.keyId };
}
