/** What other features may use of Activity. */
export { ActivityPlace } from './activity-place.tsx';
export { JobCard } from './job-card.tsx';
export { isOver, partsArrived } from './job-list.ts';
export { ReceiptView } from './receipt-view.tsx';
export { followJobs, useJobs } from './store.ts';
