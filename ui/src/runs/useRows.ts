import { useCallback, useEffect, useLayoutEffect, useState } from 'react';

const EXTRA = 12;

/** Rows of one height in sight of a scrolling box. */
export function useRows(box: { readonly current: HTMLElement | null }, count: number, height: number) {
  const [sight, setSight] = useState({ first: 0, end: 0 });
  const look = useCallback(() => {
    const element = box.current;
    if (element === null) return;
    const first = Math.max(0, Math.floor(element.scrollTop / height) - EXTRA);
    const end = Math.min(count, Math.ceil((element.scrollTop + element.clientHeight) / height) + EXTRA);
    setSight((old) => (old.first === first && old.end === end ? old : { first, end }));
  }, [box, count, height]);
  useLayoutEffect(look, [look]);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, look]);
  return { ...sight, look };
}
