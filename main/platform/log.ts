/**
 * The app's own log: JSON lines in the profile, for the incident numbers that the window shows.
 * Holds stacks without messages, never a secret, a cell value or an argument.
 */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { ErrorView } from '../../shared/errors/index.ts';
import { stackWithoutMessage } from './fault.ts';

const MAX_BYTES = 1024 * 1024;

export interface Log {
  /** Notes something that happened, by a name and plain facts. */
  note(event: string, facts?: Readonly<Record<string, string | number>>): void;
  /** Notes a fault; the answer is what the window may show of it. */
  fault(fault: unknown): ErrorView;
}

export function openLog(path: string): Log {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const write = (line: object): void => {
    try {
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) {
        renameSync(path, `${path}.1`);
      }
      appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch {
      // A log that cannot be written must not stop the work that it tells of.
    }
  };
  return {
    note: (event, facts = {}) => {
      write({ at: new Date().toISOString(), event, ...facts });
    },
    fault: (fault) => {
      const incident = randomBytes(4).toString('hex');
      const stack = typeof fault === 'string' ? fault : stackWithoutMessage(fault);
      write({ at: new Date().toISOString(), event: 'fault', incident, stack });
      return { code: 'INTERNAL', params: { incident }, retry: 'user', incident };
    },
  };
}
