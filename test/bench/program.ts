/** Runs the benches named in its arguments, one after the other, in the same worker on the same data. */
import { dirname } from 'node:path';
import { benchCheck } from './check.ts';
import { benchOpen } from './open.ts';
import { benchSeal } from './seal.ts';
import { benchOverlap, benchSend } from './send.ts';
import { Stage, versionOf } from './stage.ts';
import { machine } from './table.ts';

const benches: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  seal: benchSeal,
  open: benchOpen,
  check: benchCheck,
  send: benchSend,
  overlap: benchOverlap,
};

const stage = await Stage.set();
try {
  for (const name of process.argv.slice(2)) {
    stage.tell(
      `\n${name}: ${stage.mib} MiB of CSV, medians of ${stage.rounds}, in ${dirname(stage.folder)}`,
    );
    await benches[name]!(stage);
    stage.tell(`${machine()}; ${versionOf('gpg')}, ${versionOf('sq')}`);
  }
} finally {
  await stage.strike();
}
