/**
 * The only user of `ipcMain`. Each call goes through the same gate: our window's main frame and origin, strict and
 * bounded input, the handler, output stripped to the contract, and errors as plain values.
 */
import { ipcMain } from 'electron';
import type { IpcMainInvokeEvent, WebContents } from 'electron';
import type { z } from 'zod';
import { ADOPT_FILE, INVOKE_NAMES } from '../../shared/contract/names.ts';
import type { EventName, InvokeName } from '../../shared/contract/names.ts';
import type { Immutable, Payload } from '../../shared/contract/api.ts';
import { adoptInput, events, invokes } from '../../shared/contract/schemas.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { Result } from '../../shared/errors/index.ts';
import type { Log } from '../platform/log.ts';
import type { FileHandles } from './file-handles.ts';

/** A handler for each call of the contract. */
export type Handlers = {
  readonly [N in InvokeName]: (
    input: z.output<(typeof invokes)[N]['input']>,
  ) => Promise<Immutable<z.input<(typeof invokes)[N]['output']>>>;
};

/** The handlers of one or more groups, for the files in `handlers/`. */
export type HandlersOf<Group extends string> = Pick<
  Handlers,
  Extract<InvokeName, `${Group}.${string}`>
>;

export interface IpcOptions {
  readonly handlers: Handlers;
  readonly files: FileHandles;
  /** The window's contents, when there is a window. */
  readonly contents: () => WebContents | undefined;
  readonly origin: string;
  readonly log: Log;
}

export function registerIpc(options: IpcOptions): void {
  for (const name of INVOKE_NAMES) {
    const { input, output }: { input: z.ZodType; output: z.ZodType } = invokes[name];
    const handle = options.handlers[name] as (value: unknown) => Promise<unknown>;
    register(options, name, async (raw) => output.parse(await handle(parsed(input, raw))));
  }
  register(options, ADOPT_FILE, async (raw) => options.files.adoptAll(parsed(adoptInput, raw)));
}

/** Sends an event to the window, stripped to the contract; without a window it is dropped. */
export function sendEvent<N extends EventName>(
  contents: WebContents | undefined,
  name: N,
  payload: Payload<N>,
): void {
  if (contents !== undefined && !contents.isDestroyed()) {
    contents.send(name, events[name].parse(payload));
  }
}

function register(
  options: IpcOptions,
  name: string,
  run: (raw: unknown) => Promise<unknown>,
): void {
  ipcMain.handle(name, async (event, raw: unknown): Promise<Result<unknown>> => {
    try {
      if (!isOurs(event, options)) throw new AppError('BAD_REQUEST', { detail: 'unknown sender' });
      return { ok: true, value: await run(raw) };
    } catch (fault) {
      const error = fault instanceof AppError ? fault.toView() : options.log.fault(fault);
      return { ok: false, error };
    }
  });
}

function isOurs(event: IpcMainInvokeEvent, { contents, origin }: IpcOptions): boolean {
  const frame = event.senderFrame;
  return (
    frame !== null &&
    event.sender === contents() &&
    frame === event.sender.mainFrame &&
    frame.origin === origin
  );
}

function parsed<T>(schema: z.ZodType<T>, raw: unknown): T {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  // The path of the field, never its value: a passphrase may stand in it.
  const where = result.error.issues[0]?.path.join('.') ?? '';
  throw new AppError('BAD_REQUEST', { detail: where === '' ? 'the input' : `the field ${where}` });
}
