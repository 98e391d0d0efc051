#!/usr/bin/env node
/** Entry of the CLI. Built to `dist/main/cli.js`; the bundled server lies beside it. */
import { fileURLToPath } from 'node:url';
import { runCli } from './run.ts';

const serverEntry = fileURLToPath(new URL('../server/index.js', import.meta.url));
const exitCode = await runCli(process.argv.slice(2), serverEntry);
// Not `process.exitCode`: an idle socket or timer must not keep a finished command alive.
// stdout and stderr were written in full before this line.
process.exit(exitCode);
