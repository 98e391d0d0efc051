/** The calls of schedules, and the schemas of what they carry. */
import { z } from 'zod';
import { LIMITS } from '../domain/manifest.ts';
import type { Schedule, ScheduleDelivery, ScheduleTrigger } from '../domain/schedule.ts';
import { errorView } from './domain-schemas.ts';

const nothing = z.strictObject({});
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

const schedule = z.object({
  id: z.string(),
  name: z.string(),
  folderName: z.string(),
  pattern: z.string(),
  trigger: scheduleTrigger,
  delivery: scheduleDelivery,
  isOn: z.boolean(),
  isRunning: z.boolean(),
  next: z.string().optional(),
  missed: z.array(z.string()),
  waitingSince: z.string().optional(),
  lastRun: z
    .object({
      at: z.string(),
      due: z.string().optional(),
      outcome: z.enum(['delivered', 'failed', 'nothing']),
      delivered: z.number(),
      failed: z.number(),
      file: z.string().optional(),
      error: errorView.optional(),
    })
    .optional(),
}) satisfies z.ZodType<Schedule>;

/** Whether the app starts at login and stays in the tray. */
const background = z.object({ runAtLogin: z.boolean() });

export const scheduleInvokes = {
  'schedules.list': {
    input: nothing,
    output: z.object({
      schedules: z.array(schedule),
      /** False while another process of this profile keeps the clock. */
      isClockHere: z.boolean(),
    }),
  },
  'schedules.chooseFolder': {
    input: nothing,
    output: z.object({ folder: z.object({ handle: id, name: z.string() }).nullable() }),
  },
  'schedules.save': {
    input: z.strictObject({
      /** Absent: a new one. */
      id: id.optional(),
      name: text(200).min(1),
      /** Absent: the folder that it has. */
      folder: id.optional(),
      pattern: text(255).min(1),
      trigger: scheduleTrigger,
      delivery: scheduleDelivery,
      isOn: z.boolean(),
    }),
    output: schedule,
  },
  'schedules.remove': { input: z.strictObject({ id }), output: nothing },
  'schedules.setOn': { input: z.strictObject({ id, isOn: z.boolean() }), output: schedule },
  /** Begins a run; it ends by itself, and an event tells. */
  'schedules.run': { input: z.strictObject({ id }), output: schedule },
  /** The missed moments have been seen. */
  'schedules.forgetMissed': { input: z.strictObject({ id }), output: schedule },
  'schedules.background': { input: nothing, output: background },
  'schedules.setBackground': {
    input: z.strictObject({ runAtLogin: z.boolean() }),
    output: background,
  },
} as const;
