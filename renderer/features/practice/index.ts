/** What other features may use of the practice server. */
export { ImportList } from './import-list.tsx';
export { PracticePanel } from './practice-panel.tsx';
export { StartPractice } from './start-practice.tsx';
export { followPractice, usePractice } from './store.ts';
export { Verdict } from './verdict.tsx';
