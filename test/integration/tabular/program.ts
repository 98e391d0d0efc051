/** Checks the file given as argument in a process of its own, and tells what that cost. */
import { checkData } from '../../../main/preflight/index.ts';
import { inspectFile } from '../../../main/tabular/index.ts';

const path = process.argv[2] ?? '';
const facts = await inspectFile(path);
global.gc?.();
const before = process.memoryUsage.rss();
let peak = before;
const { rows, accepted, bytes } = await checkData({
  path,
  facts,
  manifest: {
    type: 'event',
    columns: {
      id: { ctName: 'identity' },
      what: { ctName: 'evtName' },
      at: { ctName: 'ts', dataType: 'LONG' },
      price: { dataType: 'FLOAT' },
    },
  },
  onProgress: () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  },
});
const grownMib = Math.round((peak - before) / 1024 / 1024);
process.stdout.write(JSON.stringify({ rows, accepted, bytes, grownMib }));
