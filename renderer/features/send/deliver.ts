/** From the choices to manifests, from manifests to jobs: one a file, in the order of the files. */
import { call } from '../../bridge/window-api.ts';
import { useJobs } from '../activity/index.ts';
import { cancelChecks } from './checks.ts';
import { buildManifest } from './manifest-draft.ts';
import type { Started } from './store.ts';
import { isLooking, leaveRows, patch, setManifest, useSend } from './store.ts';
import type { SendFile } from './wizard.ts';
import { hasErrors } from './wizard.ts';

/** Writes the manifests anew, unless they were written for the same choices: an edited text is kept. */
export async function prepareManifests(): Promise<void> {
  if (isLooking()) return;
  const { checkedFor, keyId, fingerprint, connectionId, preparedFor, files } = useSend.getState();
  const wanted = JSON.stringify([checkedFor, keyId, fingerprint, connectionId]);
  if (preparedFor !== wanted) patch({ preparedFor: wanted, manifests: {} });
  for (const file of files) {
    if (useSend.getState().preparedFor !== wanted) return;
    const draft = useSend.getState().manifests[file.ref.handle];
    if (draft === undefined || draft.text === '') await writeManifest(file);
    // The user left while typing: the text was not looked at yet.
    else if (draft.plan === undefined) await validateManifest(file.ref.handle, draft.text);
  }
}

async function writeManifest(file: SendFile): Promise<void> {
  const { handle } = file.ref;
  const built = await buildManifest(file, useSend.getState().keyId);
  if (built === undefined) return;
  if (!built.ok) setManifest(handle, { text: '', problems: [], error: built.error });
  else await validateManifest(handle, built.value.text);
}

/** Checks a manifest's text, then plans its delivery. A text that changed meanwhile is left alone. */
export async function validateManifest(handle: string, text: string): Promise<void> {
  setManifest(handle, { text, problems: [] });
  const isStale = () => useSend.getState().manifests[handle]?.text !== text;
  const facts = useSend.getState().files.find((file) => file.ref.handle === handle)?.facts;
  const header = facts?.header.length ? { header: [...facts.header] } : {};
  const checked = await call('manifest.check', { text, ...header });
  if (isStale()) return;
  if (!checked.ok) {
    setManifest(handle, { text, problems: [], error: checked.error });
    return;
  }
  const problems = checked.value;
  const { fingerprint, connectionId } = useSend.getState();
  if (hasErrors(problems) || fingerprint === undefined || connectionId === undefined) {
    setManifest(handle, { text, problems });
    return;
  }
  const plan = await call('send.plan', { handle, manifestText: text, fingerprint, connectionId });
  if (isStale()) return;
  setManifest(
    handle,
    plan.ok
      ? { text: plan.value.manifestText, problems, plan: plan.value }
      : { text, problems, error: plan.error },
  );
}

/** Starts a job a file. From here on the wizard shows their progress and holds no row. */
export async function startDelivery(): Promise<void> {
  const { files } = useSend.getState();
  const started: Started[] = [];
  for (const { ref } of files) started.push(await startOne(ref.handle, ref.name, false));
  cancelChecks();
  patch({ phase: 'sending', started });
  leaveRows();
}

/** Sends a file again with leave to replace the one of the same name on the server. */
export async function replaceThere(failed: Started): Promise<void> {
  const again = await startOne(failed.handle, failed.name, true);
  if (again.error === undefined && failed.jobId !== undefined) {
    const discarded = await call('jobs.discard', { id: failed.jobId });
    if (discarded.ok) useJobs.getState().forget(failed.jobId);
  }
  patch({
    started: useSend
      .getState()
      .started.map((entry) => (entry.handle === failed.handle ? again : entry)),
  });
}

/** After these the names must stay taken: files of these names are, or may be, on the server. */
const HOLDS_NAMES: readonly string[] = [
  'REMOTE_EXISTS',
  'DELIVERY_UNCERTAIN',
  'DELIVERY_MAY_HAVE_ARRIVED',
  'DELIVERY_STOPPED_LATE',
];

/** Back to the last step with what failed: the attempts are forgotten, so that their names are free again. */
export async function backToWizard(): Promise<void> {
  const { started } = useSend.getState();
  for (const { jobId } of started) {
    const job = useJobs.getState().jobs.find(({ id }) => id === jobId);
    if (job === undefined || HOLDS_NAMES.includes(job.error?.code ?? '')) continue;
    const discarded = await call('jobs.discard', { id: job.id });
    if (discarded.ok) useJobs.getState().forget(job.id);
  }
  patch({ phase: 'wizard', step: 'review', started: [] });
}

async function startOne(handle: string, name: string, overwrite: boolean): Promise<Started> {
  const { manifests, fingerprint, connectionId, acceptRejected } = useSend.getState();
  const result = await call('jobs.start', {
    kind: 'send',
    handle,
    manifestText: manifests[handle]?.text ?? '',
    fingerprint: fingerprint ?? '',
    connectionId: connectionId ?? '',
    acceptRejected,
    overwrite,
  });
  if (!result.ok) return { handle, name, error: result.error };
  useJobs.getState().keep(result.value);
  return { handle, name, jobId: result.value.id };
}
