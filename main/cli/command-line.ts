/** What every command of the tree has in common: `--json`, `--help` with examples, and strict reading. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { HABIT_SECONDS } from '../../shared/domain/connection.ts';
import { DELIVERY_LIMITS } from '../../shared/domain/settings.ts';
import { SEALED_LIMIT_RANGE } from '../../shared/domain/manifest.ts';
import { AppError } from '../../shared/errors/index.ts';
import { isEmail } from '../preflight/index.ts';
import type { Compression } from '../seal/seal.ts';
import type { CliContext, Outcome } from './outcome.ts';

/** Runs a command's work; the entry provides the context and keeps the outcome. */
export type Runner = (work: (context: CliContext) => Promise<Outcome>) => Promise<void>;

/** Adds a command that does something. `usage` is the name with its arguments. */
export function addCommand(
  parent: Command,
  usage: string,
  description: string,
  examples: readonly string[],
): Command {
  return parent
    .command(usage)
    .description(description)
    .option('--json', 'print the result as one line of JSON on stdout')
    .allowExcessArguments(false)
    .addHelpText('after', exampleText(examples));
}

/** Adds a command that only holds others. */
export function addGroup(
  parent: Command,
  name: string,
  description: string,
  examples: readonly string[],
): Command {
  return parent
    .command(name)
    .description(description)
    .allowExcessArguments(false)
    .addHelpText('after', exampleText(examples));
}

export function exampleText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}\n`;
}

export function usageError(detail: string): AppError {
  return new AppError('USAGE', { detail });
}

/** Option parser: `none` or a level. */
export function parseCompression(value: string): Compression {
  const compression = toCompression(value);
  if (compression !== undefined) return compression;
  throw new InvalidArgumentError('Give none, or 1 (fastest) to 9 (smallest).');
}

/** Option parser: `auto` as well. */
export function parseSendCompression(value: string): Compression | 'auto' {
  const compression = value === 'auto' ? value : toCompression(value);
  if (compression !== undefined) return compression;
  throw new InvalidArgumentError('Give auto, none, or 1 (fastest) to 9 (smallest).');
}

function toCompression(value: string): Compression | undefined {
  if (value === 'none') return value;
  return /^[1-9]$/.test(value) ? (Number(value) as Compression) : undefined;
}

/** Option parser: what a sealed file must stay under, in bytes. */
export function parseSealedLimit(value: string): number {
  const { least, most } = SEALED_LIMIT_RANGE;
  const bytes = /^\d+$/.test(value) ? Number(value) : NaN;
  if (bytes >= least && bytes <= most) return bytes;
  throw new InvalidArgumentError(`Give a number of bytes, ${least} to ${most}.`);
}

/** Option parser: a time of a connection, in seconds. */
export function parseSeconds(value: string): number {
  const { least, most } = HABIT_SECONDS;
  const seconds = /^\d+$/.test(value) ? Number(value) : NaN;
  if (seconds >= least && seconds <= most) return seconds;
  throw new InvalidArgumentError(`Give a number of seconds, ${least} to ${most}.`);
}

const RATE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1_000, m: 1_000_000 };

/** Option parser: bytes a second; `500k` and `2m` are thousands and millions. */
function parseRate(value: string): number {
  const [, number = '', unit = ''] = /^(\d{1,10})([km]?)$/i.exec(value) ?? [];
  const { slowest, fastest } = DELIVERY_LIMITS;
  const rate = number === '' ? NaN : Number(number) * (RATE_UNITS[unit.toLowerCase()] ?? NaN);
  if (rate >= slowest && rate <= fastest) return rate;
  throw new InvalidArgumentError(`Give bytes a second, ${slowest} or more, such as 500k or 2m.`);
}

export const LIMIT_RATE_OPTION = [
  '--limit-rate <rate>',
  'bytes a second at most; 500k, 2m',
  parseRate,
] as const;

const MOST_RETRIES = 1_000;

/** Option parser: how often at most. */
export function parseRetries(value: string): number {
  if (/^\d{1,4}$/.test(value) && Number(value) <= MOST_RETRIES) return Number(value);
  throw new InvalidArgumentError(`Give a number, 0 to ${MOST_RETRIES}.`);
}

/** Option parser: one of `names`, in any case. */
export function oneOf<N extends string>(names: readonly N[]): (value: string) => N {
  return (value) => {
    const found = names.find((name) => name === value.toLowerCase());
    if (found === undefined) throw new InvalidArgumentError(`Give ${names.join(', ')}.`);
    return found;
  };
}

/** Option parser: an address to which the platform can write. */
export function parseEmail(value: string): string {
  if (!isEmail(value)) throw new InvalidArgumentError('Give an address such as data@example.com.');
  return value;
}

/** Option parser: a UUID, as Key IDs are. */
export function parseKeyId(value: string): string {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
  if (!uuid.test(value)) {
    throw new InvalidArgumentError(
      'A Key ID is a UUID, such as ec491319-9823-48cd-b6a1-6bb0bc666d75.',
    );
  }
  return value.toLowerCase();
}
