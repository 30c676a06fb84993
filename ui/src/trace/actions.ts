import type { RunAction } from '../api/runs';
import type { Key } from '../app/text';

export const ACTION: Readonly<Record<RunAction, Key>> = {
  retry: 'runs.retry',
  resume: 'runs.resume',
  skip: 'runs.skip',
  cancel: 'runs.cancel',
};
