import { create } from 'zustand';
import './live.css';

interface Note {
  readonly text: string;
  readonly tone: 'plain' | 'failed';
  readonly id: number;
}
interface Notes {
  readonly last: Note | undefined;
  readonly say: (text: string, tone?: Note['tone']) => void;
  readonly clear: () => void;
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** What just happened, for the eye and for screen readers. */
export const useNotes = create<Notes>((set) => ({
  last: undefined,
  say: (text, tone = 'plain') => {
    clearTimeout(timer);
    set((state) => ({ last: { text, tone, id: (state.last?.id ?? 0) + 1 } }));
    timer = setTimeout(() => set({ last: undefined }), tone === 'failed' ? 8000 : 3000);
  },
  clear: () => set({ last: undefined }),
}));

export function LiveRegion() {
  const last = useNotes((state) => state.last);
  return (
    <div className="k-live" role="status" aria-live="polite">
      {last === undefined ? null : <div className={`k-note k-note-${last.tone}`}>{last.text}</div>}
    </div>
  );
}
