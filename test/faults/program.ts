/**
 * Started by `npm run test:faults`: prints how each delivery ends, then the table. Exit code 1 when one did not end
 * whole and once. SEALIFT_FAULTS: how many; SEALIFT_FAULT_SEED: which; SEALIFT_FAULT_ONLY=7,9: those of them alone;
 * SEALIFT_FAULT_KINDS='line cut,app killed': with these faults.
 */
import { FAULTS } from './plan.ts';
import { runFaults } from './run.ts';

const { SEALIFT_FAULTS, SEALIFT_FAULT_SEED, SEALIFT_FAULT_ONLY, SEALIFT_FAULT_KINDS } = process.env;
const deliveries = Number(SEALIFT_FAULTS ?? 200);
const seed = Number(SEALIFT_FAULT_SEED ?? Date.now() % 1_000_000);
const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => interrupt.abort());
const started = performance.now();

const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
tell(`seed ${seed}, ${deliveries} deliveries`);
const { table, findings } = await runFaults({
  ...{ deliveries, seed, tell, signal: interrupt.signal },
  rows: 2_400,
  bytesPerSecond: 512 * 1024,
  longStallMs: 60_000,
  faults: FAULTS.filter((fault) => SEALIFT_FAULT_KINDS?.split(',').includes(fault) ?? true),
  ...(SEALIFT_FAULT_ONLY && { only: SEALIFT_FAULT_ONLY.split(',').map(Number) }),
});
tell(`\n${table}\n`);
for (const finding of findings) tell(`FAILED  ${finding}`);
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
tell(`seed ${seed}: ${findings.length} findings in ${minutes} minutes`);
process.exitCode = findings.length > 0 ? 1 : 0;
