/** Deliveries with each fault once. */
import { FAULTS } from '../../faults/plan.ts';
import { eachOnce } from './once.ts';

eachOnce(FAULTS);
