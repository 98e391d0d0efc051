/** The worker's tasks, by name: each calls one room and gives its answer. Runs in plain Node too. */
import { basename } from 'node:path';
import type { JobResult, PartOf, SendStep } from '../../shared/domain/job.ts';
import type { CheckReport } from '../../shared/domain/problem.ts';
import type { RateLimit } from '../delivery/rate-limit.ts';
import { runSend } from '../jobs/send-job.ts';
import { requireManifest } from '../manifest/index.ts';
import { checkData, writeFailedRows, type CheckRequest } from '../preflight/index.ts';
import { OutputFile } from '../seal/output-file.ts';
import { refuseOwnInput } from '../seal/seal-file.ts';
import { openEnvelopes } from '../sds/envelope.ts';
import { fixedHeader, inspectFile } from '../tabular/index.ts';
import type { CheckInput, FailedRowsInput, TaskName, Tasks } from './protocol.ts';

export interface TaskHooks {
  readonly signal: AbortSignal;
  readonly limit?: RateLimit;
  /** Resolves when the step may be taken. */
  readonly onStep: (step: SendStep, part?: PartOf) => Promise<void>;
  /** Bytes done, of `total` where that is known. */
  readonly onProgress: (done: number, total?: number) => void;
}

type Run<N extends TaskName> = (
  input: Tasks[N]['input'],
  hooks: TaskHooks,
) => Promise<Tasks[N]['output']>;

const tasks: { readonly [N in TaskName]: Run<N> } = {
  inspect: ({ path, name, convert }) => inspectFile(path, name, { convert }),
  check: async (input, hooks) => ({ kind: 'check', report: await check(input, hooks) }),
  'failed-rows': saveFailedRows,
  send: async ({ plan, secrets, dataMayBeOurs }, hooks) => ({
    kind: 'send',
    receipt: await runSend(plan, secrets, {
      signal: hooks.signal,
      limit: hooks.limit,
      dataMayBeOurs,
      onStep: hooks.onStep,
      onProgress: ({ done, total }) => {
        hooks.onProgress(done, total);
      },
    }),
  }),
  'sds-open': ({ privateKeyDer, envelopes, raw }) =>
    Promise.resolve(openEnvelopes(privateKeyDer, envelopes, raw)),
};

export function runTask<N extends TaskName>(
  name: N,
  input: Tasks[N]['input'],
  hooks: TaskHooks,
): Promise<Tasks[N]['output']> {
  const run: Run<N> = tasks[name];
  return run(input, hooks);
}

async function check(input: CheckInput, hooks: TaskHooks): Promise<CheckReport> {
  return checkData(await checkRequest(input, hooks));
}

async function checkRequest(input: CheckInput, hooks: TaskHooks): Promise<CheckRequest> {
  const { path, name, manifestText, convert } = input;
  const facts = await inspectFile(path, name, { convert });
  const manifest = requireManifest(manifestText, { header: fixedHeader(facts) });
  return {
    path,
    facts,
    manifest,
    convert,
    signal: hooks.signal,
    onProgress: (bytes) => {
      hooks.onProgress(bytes, facts.sizeBytes);
    },
  };
}

/** The file appears under its name when it is whole, readable for its owner only. */
async function saveFailedRows(input: FailedRowsInput, hooks: TaskHooks): Promise<JobResult> {
  const { path, outputPath } = input;
  refuseOwnInput(path, outputPath);
  const request = await checkRequest(input, hooks);
  // The user was asked by the dialog in which the name was chosen.
  const output = await OutputFile.create(outputPath, { overwrite: true });
  try {
    const { rejected } = await writeFailedRows(request, output);
    await output.commit();
    return { kind: 'failed-rows', rows: rejected, savedAs: basename(outputPath) };
  } catch (fault) {
    await output.discard();
    throw fault;
  }
}
