/** The window's view of the contract, derived from its schemas: types only. */
import type { z } from 'zod';
import type { ErrorView, Result } from '../errors/index.ts';
import type { fileRef } from './domain-schemas.ts';
import type { EventName, InvokeName } from './names.ts';
import type { events, invokes } from './schemas.ts';

/** What crosses is a copy: nobody changes it in place. */
export type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T;

export type Input<N extends InvokeName> = z.input<(typeof invokes)[N]['input']>;
export type Output<N extends InvokeName> = Immutable<z.output<(typeof invokes)[N]['output']>>;
export type Payload<N extends EventName> = Immutable<z.output<(typeof events)[N]>>;

export type FileRef = z.output<typeof fileRef>;
/** What became of dropped files: those that were taken, in their order, and why the others were not. */
export interface AdoptedFiles {
  readonly files: readonly FileRef[];
  readonly refused: readonly ErrorView[];
}

export type FilePurpose = Input<'files.choose'>['purpose'];
export type PracticeState = Output<'practice.state'>;
export type SendPlan = Output<'send.plan'>;
export type Template = Output<'templates.save'>;
export type SshKey = Output<'sshKeys.make'>;

/** `window.sealift`, as the preload exposes it. `DroppedFile` is the DOM's `File`, which this folder does not know. */
export interface SealiftApi<DroppedFile = unknown> {
  readonly invoke: <N extends InvokeName>(name: N, input: Input<N>) => Promise<Result<Output<N>>>;
  /** Subscribes to an event; the answer unsubscribes. */
  readonly on: <N extends EventName>(
    name: N,
    listener: (payload: Payload<N>) => void,
  ) => () => void;
  /** Turns dropped or pasted files into handles. */
  readonly adoptFiles: (
    files: readonly DroppedFile[],
    purpose: FilePurpose,
  ) => Promise<Result<AdoptedFiles>>;
}
