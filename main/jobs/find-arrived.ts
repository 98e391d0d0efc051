/**
 * What became of parts that an earlier attempt was about to give their final names when it broke off: the names on
 * the server tell. Only that attempt could take its temporary files away, by giving them their final names; what it
 * removes itself it notes first.
 */
import { AppError } from '../../shared/errors/index.ts';
import { cancellable } from '../delivery/cancel.ts';
import { remoteError } from '../delivery/remote-errors.ts';
import { isThere, look } from '../delivery/remote-file.ts';
import { remotePath, temporaryName } from '../delivery/remote-names.ts';
import type { SftpSession } from '../delivery/sftp-session.ts';
import type { PartJournal } from './part-journal.ts';
import type { SendPlan } from './send-plan.ts';

type UncertainPart = PartJournal['uncertain'][number];

/**
 * Notes as delivered what has arrived. The rest is sent again.
 *
 * @param temporaryDataName of a part, from 1
 * @throws AppError DELIVERY_MAY_HAVE_ARRIVED, once for each part: none of its files is there any more, so that either
 *   the platform took them or the server lost them; CONNECTION_LOST, CANCELLED
 */
export async function findArrived(
  plan: SendPlan,
  journal: PartJournal,
  {
    session,
    temporaryDataName,
    signal,
  }: {
    readonly session: SftpSession;
    readonly temporaryDataName: (part: number) => string;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const { directory } = plan.target;
  for (const part of journal.uncertain) {
    const name = part.manifestName;
    const names = { ...part, temporaryDataName: temporaryDataName(part.part) };
    const at = { session, directory, name, action: `looking for ${name}` };
    const fate = await cancellable(fateOf(plan, session, names), signal).catch(
      async (error: unknown) => {
        throw await remoteError(error, at);
      },
    );
    if (fate === 'arrived') await journal.noteDelivered(part.part);
    if (fate !== 'gone') continue;
    await journal.noteTold(part.part);
    throw new AppError('DELIVERY_MAY_HAVE_ARRIVED', { host: session.facts.host, name });
  }
}

async function fateOf(
  plan: SendPlan,
  session: SftpSession,
  { manifestName, temporaryDataName, sent }: UncertainPart & { readonly temporaryDataName: string },
): Promise<'arrived' | 'not arrived' | 'gone'> {
  const path = (name: string) => remotePath(plan.target.directory, name);
  const there = (name: string) => isThere(session, path(name));
  if (plan.finalNames === 'direct') {
    // It is written in one piece, after the data.
    const isWhole =
      (await there(manifestName)) &&
      (await look(session, path(manifestName))).size === sent.manifest.sizeBytes;
    return isWhole ? 'arrived' : 'not arrived';
  }
  // The data takes its name first.
  const temporary = [temporaryDataName, temporaryName(manifestName, plan.jobId)];
  for (const name of temporary) if (await there(name)) return 'not arrived';
  return (await there(manifestName)) ? 'arrived' : 'gone';
}
