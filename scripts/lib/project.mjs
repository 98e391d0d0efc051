// @ts-check
// What every script needs to know: where the project lies, how to speak, how to run another program.
// Node built-ins only: these files run before anything is installed. Words go to stderr, since
// stdout belongs to the command that is being run.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** The repository's root folder. */
export const root = resolve(import.meta.dirname, '../..');

/** Names a failure that the user can act on; scripts print its message without a stack. */
export class ScriptError extends Error {}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`sealift: ${text}\n`);
}

/** Where a program's stdout and stderr go. */
const outputs = /** @type {const} */ ({
  stderr: [2, 2],
  stdout: [1, 2],
  none: ['ignore', 'ignore'],
});

/**
 * Runs a program to its end; its output goes to stderr unless told otherwise.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, output?: 'stderr' | 'stdout' | 'none' }} [options]
 * @returns {Promise<number>} the exit code; 128 when a signal or the time limit ended it, 127 when it could not start
 */
export function run(command, args, options = {}) {
  const { cwd = root, env = process.env, timeoutMs, output = 'stderr' } = options;
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd,
      env,
      timeout: timeoutMs,
      stdio: ['ignore', ...outputs[output]],
    });
    child.on('error', () => done(127));
    child.on('exit', (code) => done(code ?? 128));
  });
}

/** `npm`, as the user started it: the running npm when there is one, else the one on the path. */
export function npmCommand() {
  const running = process.env.npm_execpath;
  return running?.endsWith('.js')
    ? { command: process.execPath, args: [running] }
    : { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

/**
 * Runs a script's body and turns its failure into words and an exit code.
 * @param {() => Promise<number | void>} body may return an exit code
 */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
