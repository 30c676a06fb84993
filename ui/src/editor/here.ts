import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';

export interface Here {
  readonly view?: 'canvas' | 'split' | 'text' | 'diff';
  readonly drawer?: 'problems' | 'test' | 'history';
}

/** Changes what the editor shows without leaving it. */
export function useNavigateHere(): (change: Here) => void {
  const navigate = useNavigate();
  return useCallback(
    (change) => void navigate({ to: '.', search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
}
