/** The worker's tasks, by name: each calls one room and gives its answer. Runs in plain Node too. */
import type { SendStep } from '../../shared/domain/job.ts';
import { runSend } from '../jobs/send-job.ts';
import { requireManifest } from '../manifest/index.ts';
import { checkData } from '../preflight/check.ts';
import { fixedHeader, inspectFile } from '../tabular/index.ts';
import type { CheckInput, TaskName, Tasks } from './protocol.ts';

export interface TaskHooks {
  readonly signal: AbortSignal;
  /** Resolves when the step may be taken. */
  readonly onStep: (step: SendStep) => Promise<void>;
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
  send: async ({ plan, secrets, dataMayBeOurs }, hooks) => ({
    kind: 'send',
    receipt: await runSend(plan, secrets, {
      signal: hooks.signal,
      dataMayBeOurs,
      onStep: hooks.onStep,
      onProgress: ({ done, total }) => {
        hooks.onProgress(done, total);
      },
    }),
  }),
};

export function runTask<N extends TaskName>(
  name: N,
  input: Tasks[N]['input'],
  hooks: TaskHooks,
): Promise<Tasks[N]['output']> {
  const run: Run<N> = tasks[name];
  return run(input, hooks);
}

async function check({ path, name, manifestText, convert }: CheckInput, hooks: TaskHooks) {
  const facts = await inspectFile(path, name, { convert });
  const manifest = requireManifest(manifestText, { header: fixedHeader(facts) });
  return checkData({
    path,
    facts,
    manifest,
    convert,
    signal: hooks.signal,
    onProgress: (bytes) => {
      hooks.onProgress(bytes, facts.sizeBytes);
    },
  });
}
