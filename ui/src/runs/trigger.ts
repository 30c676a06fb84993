import type { RunTrigger } from '../api/runs';
import type { Key } from '../app/text';

/** What started a run, in words. */
export const TRIGGER: Readonly<Record<RunTrigger, Key>> = {
  call: 'runs.byCall',
  cron: 'runs.byCron',
  flow: 'runs.byFlow',
  rerun: 'runs.byRerun',
};
