/** Deliveries with the faults that no other test makes in a whole program; all of them in faults.long.test.ts. */
import { eachOnce } from './once.ts';

eachOnce(['server killed', 'flipped bytes', 'clock step']);
