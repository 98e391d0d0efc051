/** What the dialog of a schedule holds, and the call that it makes of it. Pure. */
import type { Input } from '../../../shared/contract/api.ts';
import { cronMeaning, ownTimeZone } from '../../../shared/cron-words.ts';
import type { Schedule } from '../../../shared/domain/schedule.ts';

export interface ScheduleDraft {
  readonly name: string;
  /** The handle of a folder chosen now, and its name; of one chosen before only the name. */
  readonly folder?: string;
  readonly folderName: string;
  readonly pattern: string;
  readonly when: 'watch' | 'cron';
  readonly cron: string;
  readonly timeZone: string;
  readonly connectionId: string;
  /** `<fingerprint> <Key ID>` */
  readonly key: string;
  readonly type: 'event' | 'profile';
  readonly clientEmail: string;
  /** `guess`, or the id of a template; `manifest` keeps that of the command line. */
  readonly mapping: string;
  readonly acceptRejected: boolean;
  readonly convert: boolean;
}

export const GUESS = 'guess';
export const OWN_MANIFEST = 'manifest';

interface Defaults {
  readonly connectionId: string;
  readonly key: string;
  readonly clientEmail: string;
}

export function draftOf(schedule: Schedule | undefined, defaults: Defaults): ScheduleDraft {
  const { trigger, delivery } = schedule ?? {};
  const { mapping } = delivery ?? {};
  const clock = trigger?.kind === 'cron' ? trigger : undefined;
  return {
    name: schedule?.name ?? '',
    folderName: schedule?.folderName ?? '',
    pattern: schedule?.pattern ?? '*',
    when: trigger?.kind ?? 'watch',
    cron: clock?.cron ?? '0 5 * * 1-5',
    timeZone: clock?.timeZone ?? ownTimeZone(),
    connectionId: delivery?.connectionId ?? defaults.connectionId,
    key: delivery ? `${delivery.fingerprint} ${delivery.keyId}` : defaults.key,
    type: delivery?.type ?? 'event',
    clientEmail: delivery?.clientEmail ?? defaults.clientEmail,
    mapping: mapping?.kind === 'template' ? mapping.id : (mapping?.kind ?? GUESS),
    acceptRejected: delivery?.acceptRejected ?? false,
    convert: delivery?.convert ?? false,
  };
}

/** What is missing, in words; or the call's input. */
export function inputOf(
  draft: ScheduleDraft,
  schedule: Schedule | undefined,
): { readonly missing: string } | { readonly input: Input<'schedules.save'> } {
  const { folder, folderName, when, cron, timeZone, connectionId, clientEmail } = draft;
  const [fingerprint = '', keyId = ''] = draft.key.split(' ');
  if (folderName === '') return { missing: 'Choose the folder into which the files come.' };
  if (connectionId === '') return { missing: 'Add a connection first, under Connections.' };
  if (keyId === '') return { missing: 'Register a key set first, or note its Key ID under Keys.' };
  if (!/^[^\s@]+@[^\s@]+$/.test(clientEmail.trim())) {
    return { missing: 'Give the address that the platform writes to.' };
  }
  if (when === 'cron' && !cronMeaning(cron, timeZone).isValid) {
    return { missing: 'The cron line is none, or never comes.' };
  }
  return {
    input: {
      ...(schedule && { id: schedule.id }),
      ...(folder !== undefined && { folder }),
      name: draft.name.trim() === '' ? folderName : draft.name.trim(),
      pattern: draft.pattern.trim() === '' ? '*' : draft.pattern.trim(),
      trigger: when === 'watch' ? { kind: 'watch' } : { kind: 'cron', cron: cron.trim(), timeZone },
      delivery: {
        ...{ connectionId, fingerprint, keyId, type: draft.type },
        clientEmail: clientEmail.trim(),
        mapping: mappingOf(draft, schedule),
        acceptRejected: draft.acceptRejected,
        convert: draft.convert,
      },
      isOn: schedule?.isOn ?? true,
    },
  };
}

function mappingOf(
  { mapping }: ScheduleDraft,
  schedule: Schedule | undefined,
): Input<'schedules.save'>['delivery']['mapping'] {
  const before = schedule?.delivery.mapping;
  if (mapping === OWN_MANIFEST && before?.kind === 'manifest') return before;
  return mapping === GUESS || mapping === OWN_MANIFEST
    ? { kind: 'guess' }
    : { kind: 'template', id: mapping };
}
