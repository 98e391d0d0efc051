/** One pass over the source file: every row is checked, and sealed into the spool. */
import { basename } from 'node:path';
import { LIMITS } from '../../shared/domain/manifest.ts';
import type { CheckReport } from '../../shared/domain/problem.ts';
import { AppError } from '../../shared/errors/index.ts';
import { DataCheck } from '../preflight/index.ts';
import type { ByteSource, ByteStream } from '../seal/bytes.ts';
import type { CompressionChoice } from '../seal/compression.ts';
import { sealParts } from '../seal/seal-parts.ts';
import type { SealedParts } from '../seal/seal-parts.ts';
import { conversionNeeded, convert } from '../tabular/index.ts';
import { refuseUnsendable } from './check-source.ts';
import type { InspectedSource } from './check-source.ts';
import { HARD_LEVEL, linkLevel } from './link-level.ts';
import type { Cut, PartJournal } from './part-journal.ts';
import type { PartSpool } from './part-spool.ts';
import type { CheckedSource, SendContext } from './send-context.ts';
import { partNames } from './send-names.ts';
import type { SendPlan } from './send-plan.ts';
import { requireUnchanged } from './source-stamp.ts';

export interface SealHands {
  readonly spool: PartSpool;
  readonly journal: PartJournal;
  readonly context: SendContext;
}

/**
 * Checks the file unless that was done, seals what is not delivered yet, and, when every row has passed and all
 * of it is on the disk, notes the cut and that it is sealed. Where parts were delivered before, the cut is theirs.
 *
 * @throws AppError FILE_CHANGED, SPOOL_FULL, what `refuseUnsendable` and `sealParts` throw
 */
export async function sealToSpool(
  plan: SendPlan,
  source: InspectedSource | CheckedSource,
  hands: SealHands,
): Promise<Cut> {
  const { sourcePath, sourceName } = plan;
  const { spool, journal, context } = hands;
  const { standing } = journal;
  await requireUnchanged(sourcePath, sourceName, source.stamp);
  const check = new PassCheck(source, context);
  let sealed: SealedParts;
  try {
    sealed = await sealSource(plan, source, check, hands);
  } catch (error) {
    // What is wrong with the data is told in the words of the check, where that has seen all of it.
    if (check.isAtEnd) refuseUnsendable(plan, { report: check.report() });
    throw ofSource(error, plan);
  }
  await requireUnchanged(sourcePath, sourceName, source.stamp);
  const report = check.report();
  refuseUnsendable(plan, { report });
  const rows = sealed.parts.reduce((sum, part) => sum + part.rows, 0);
  if (rows !== report.rows) throw new Error('the parts are not the rows that were checked');
  const cut = standing ?? cutOf(plan, sealed);
  const files = await spool.sync().catch((error: unknown) => {
    throw ofSource(error, plan);
  });
  if (!standing) await journal.noteCut(cut);
  await journal.noteSealed(files);
  return cut;
}

function cutOf({ dataName }: SendPlan, { parts, plainBytes, plainSha256 }: SealedParts): Cut {
  const names = partNames(dataName, parts.length);
  return {
    plainBytes,
    plainSha256,
    parts: parts.flatMap((part, index) => {
      const named = names[index];
      const { rows, plainBytes: bytes, plainSha256: sha256 } = part;
      return named ? [{ rows, plainBytes: bytes, plainSha256: sha256, ...named }] : [];
    }),
  };
}

/** The check of the text on its way to the sealer, or the report of one that was made before. */
class PassCheck {
  readonly #check: DataCheck | undefined;
  readonly #sizeBytes: number;
  readonly #context: SendContext;
  #report: CheckReport | undefined;
  #isAtEnd = false;

  constructor(source: InspectedSource | CheckedSource, context: SendContext) {
    this.#sizeBytes = source.facts.sizeBytes;
    this.#context = context;
    if ('report' in source) this.#report = source.report;
    else this.#check = new DataCheck(source);
  }

  /** All of the text has been checked. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  async *run(text: ByteSource): ByteStream {
    for await (const chunk of text) {
      this.#check?.push(chunk);
      yield chunk;
    }
    this.#isAtEnd = true;
  }

  report(): CheckReport {
    if (this.#report) return this.#report;
    if (!this.#check) throw new Error('there is no check');
    this.#report = this.#check.end(this.#sizeBytes);
    this.#context.onChecked?.(this.#report);
    return this.#report;
  }
}

/** The parts as files of the spool. */
function sealSource(
  plan: SendPlan,
  { facts, stamp }: Pick<CheckedSource, 'facts' | 'stamp'>,
  check: PassCheck,
  { spool, journal, context }: SealHands,
): Promise<SealedParts> {
  const isText = conversionNeeded(facts) === undefined;
  return sealParts({
    inputPath: plan.sourcePath,
    fileName: plan.sourceName,
    format: facts.format,
    transform: (bytes) => check.run(isText ? bytes : convert(bytes, facts)),
    output: (number) => spool.begin(number),
    recipient: plan.recipient,
    compress: plan.compress === 'auto' ? chosenLevel(spool, journal) : plan.compress,
    limits: { sealedBytes: plan.maxSealedBytes, openedBytes: LIMITS.openedBytes },
    settled: journal.standing?.parts.map(({ rows, plainSha256 }, index) => ({
      rows,
      plainSha256,
      isDelivered: journal.isDelivered(index + 1),
    })),
    signal: context.signal,
    onProgress: ({ readBytes: done }) => {
      context.onProgress({ step: 'seal', done, total: Number(stamp.sizeBytes) });
    },
  });
}

/** A cut that stands was made for parts as small as they came out then: they may not come out larger. */
function chosenLevel(spool: PartSpool, { standing }: PartJournal): CompressionChoice {
  return standing ? HARD_LEVEL : linkLevel(() => spool.backlogBytes);
}

/** A failure to write the spool in words of the file that is sent: nobody knows the spool's own files. */
function ofSource(error: unknown, { sourceName: file, spoolDir }: SendPlan): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, params } = error;
  if (code === 'DISK_FULL') return new AppError('SPOOL_FULL', { file }, { cause: error });
  const isOfSpool = String(params['file']).startsWith(spoolDir);
  return isOfSpool
    ? new AppError(code, { ...params, file: basename(String(params['file'])) }, { cause: error })
    : error;
}
