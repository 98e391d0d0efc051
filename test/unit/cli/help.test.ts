/** Every command of the tree explains itself, with examples, and takes no secret as an argument. */
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { buildProgram } from '../../../main/cli/program.ts';

/** Others on the machine see the arguments of a process. */
const SECRET_OPTION = /--(client-secret|passphrase|password|token|secret) [<[]/;

let said = '';
const build = (firstWord?: string): Promise<Command> =>
  buildProgram(
    async () => undefined,
    (text) => (said += text),
    firstWord,
  );

/** The words that lead to each command, groups included. */
function pathsOf(command: Command, path: readonly string[] = []): string[][] {
  return [
    [...path],
    ...command.commands.flatMap((child) => pathsOf(child, [...path, child.name()])),
  ];
}

async function help(path: readonly string[]): Promise<string> {
  said = '';
  const program = await build(path[0]);
  await expect(
    program.parseAsync([...path, '--help'], { from: 'user' }),
    path.join(' '),
  ).rejects.toMatchObject({ code: 'commander.helpDisplayed' });
  return said;
}

/** The bundled server explains itself. */
const paths = pathsOf(await build()).filter((path) => path[0] !== 'server');

it('knows the groups that the README names', () => {
  const names = paths.map((path) => path.join(' '));
  for (const name of ['', 'keys', 'seal', 'manifest init', 'send', 'sds vaults']) {
    expect(names).toContain(name);
  }
});

it.each(paths.map((path) => [path] as const))('sealift %j', async (path) => {
  const text = await help(path);
  expect(text).toMatch(new RegExp(`^Usage: sealift ${path.join(' ')}`));
  expect(text).toMatch(/Examples:\n {2}\$ .*sealift/);
  expect(text).not.toMatch(SECRET_OPTION);
});

it('loads what the first word leads to, and no more', async () => {
  expect((await build('open')).commands.map((command) => command.name())).toEqual(['seal', 'open']);
  expect((await build('opne')).commands.length).toBeGreaterThan(10);
});
