/** Each fuzz target for a few hundred inputs, always the same; `npm run fuzz` goes on for longer. */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { dataTargets } from './data-targets.ts';
import { messageTargets } from './message-targets.ts';
import { textTargets } from './text-targets.ts';

const SEED = '20260131';
const INPUTS = '300';
const root = resolve(import.meta.dirname, '../..');
const targets = [...dataTargets, ...textTargets, ...messageTargets].map(({ name }) => name);

let output = '';
beforeAll(async () => {
  const args = [join(root, 'scripts/fuzz.mjs'), '--inputs', INPUTS, '--seed', SEED];
  const ended = await promisify(execFile)(process.execPath, args, { cwd: root }).catch(
    (error: unknown) => error,
  );
  output = (ended as { stdout: string }).stdout;
});

it.each(targets)('%s lets nothing out but its own failures', (name) => {
  const own = output.slice(output.indexOf(`\n${name} `) + 1);
  expect(own).toMatch(new RegExp(`^${name} +${INPUTS} inputs .*\\n(?! {2}FAILED)`));
});
