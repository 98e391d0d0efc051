/** The schemas of schedules. */
import { z } from 'zod';
import { LIMITS } from '../domain/manifest.ts';
import type { ScheduleDelivery, ScheduleTrigger } from '../domain/schedule.ts';

const id = z.uuid();
const text = (max: number) => z.string().max(max);

export const scheduleTrigger = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('watch') }),
  z.strictObject({
    kind: z.literal('cron'),
    cron: text(100).min(1),
    timeZone: text(100).min(1),
  }),
]) satisfies z.ZodType<ScheduleTrigger>;

export const scheduleDelivery = z.strictObject({
  connectionId: id,
  fingerprint: z.string().regex(/^[0-9A-F]{40}$/),
  keyId: text(64),
  type: z.enum(['event', 'profile']),
  clientEmail: text(320),
  mapping: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('guess') }),
    z.strictObject({ kind: z.literal('template'), id }),
    z.strictObject({ kind: z.literal('manifest'), text: text(LIMITS.manifestBytes) }),
  ]),
  acceptRejected: z.boolean(),
  convert: z.boolean(),
}) satisfies z.ZodType<ScheduleDelivery>;
