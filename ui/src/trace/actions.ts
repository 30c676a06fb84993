import type { RunAction } from '../api/runs';
import type { Key } from '../app/text';
import type { IconName } from '../kit/Icon';

export const ACTION: Readonly<Record<RunAction, Key>> = {
  retry: 'runs.retry',
  resume: 'runs.resume',
  skip: 'runs.skip',
  cancel: 'runs.cancel',
};

/** What each will do. */
export const HELP: Readonly<Record<RunAction, Key>> = {
  retry: 'runs.retryHelp',
  resume: 'runs.resumeHelp',
  skip: 'runs.skipHelp',
  cancel: 'runs.cancelHelp',
};

export const ACTION_ICON: Readonly<Record<RunAction, IconName>> = {
  retry: 'refresh',
  resume: 'play',
  skip: 'forward',
  cancel: 'ban',
};
