/** `sealift server`: the bundled server as a child of the CLI, with its stdio, signals and exit code. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerReady } from '../../../shared/domain/import.ts';
import { Bench, buildCli, until } from './harness.ts';

let bench: Bench;
beforeAll(() => {
  buildCli();
  bench = new Bench();
});
afterAll(() => bench.dispose());

describe('server', () => {
  it('prints its ready line and ends cleanly on SIGTERM', async () => {
    const running = bench.start(['server', '--data', bench.path('data')]);
    let line = '';
    running.child.stdout?.on('data', (chunk: Buffer) => (line += chunk.toString()));
    await until('the ready line', () => line.includes('\n'), 60_000);
    const ready = JSON.parse(line) as ServerReady;
    expect((await fetch(`${ready.http}/openapi.json`)).status).toBe(200);
    running.child.kill('SIGTERM');
    expect((await running.result).code).toBe(0);
    await expect(fetch(ready.http)).rejects.toThrow();
  });

  it('takes its server with it when it is killed', async () => {
    const running = bench.start(['server', '--data', bench.path('killed')]);
    let line = '';
    running.child.stdout?.on('data', (chunk: Buffer) => (line += chunk.toString()));
    await until('the ready line', () => line.includes('\n'), 60_000);
    const ready = JSON.parse(line) as ServerReady;
    running.child.kill('SIGKILL');
    // The server holds the pipes that it was given until it is gone itself.
    await running.result;
    await expect(fetch(ready.http)).rejects.toThrow();
    expect(bench.list('killed')).not.toContain('server.lock');
  });

  it('explains itself, and passes on the exit code for bad usage', async () => {
    const help = await bench.run(['server', '--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/^Usage: sealift server/);
    expect((await bench.run(['server', '--frobnicate'])).code).toBe(2);
  });
});
