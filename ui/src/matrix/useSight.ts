import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { SIZE } from './size';
import { type Axis, type Span, inSight, scrollTo } from './window';

export interface Sight {
  readonly rows: Span;
  readonly columns: Span;
}

/** Rows and columns in sight of a scrolling box. Renders anew only when they change, not with every pixel. */
export function useSight(box: { readonly current: HTMLDivElement | null }, down: Axis, along: Axis) {
  const [sight, setSight] = useState<Sight>({ rows: { first: 0, end: 0 }, columns: { first: 0, end: 0 } });
  const axes = useRef({ down, along });
  axes.current = { down, along };
  const look = useCallback(() => {
    const element = box.current;
    if (element === null) return;
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = element;
    const rows = inSight(axes.current.down, scrollTop, clientHeight - SIZE.head, 3);
    const columns = inSight(axes.current.along, scrollLeft, clientWidth - SIZE.left - SIZE.pin, 1);
    setSight((old) => (same(old.rows, rows) && same(old.columns, columns) ? old : { rows, columns }));
  }, [box]);
  useLayoutEffect(look, [look, down, along]);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, look]);
  const show = useCallback(
    (row: number, column: number) => {
      const element = box.current;
      if (element === null) return;
      const { scrollTop, scrollLeft, clientHeight, clientWidth } = element;
      element.scrollTop = scrollTo(axes.current.down, row, scrollTop, clientHeight - SIZE.head, 0);
      if (column >= 0)
        element.scrollLeft = scrollTo(
          axes.current.along,
          column,
          scrollLeft,
          clientWidth - SIZE.left - SIZE.pin,
          0,
        );
    },
    [box],
  );
  return { ...sight, look, show };
}

function same(a: Span, b: Span): boolean {
  return a.first === b.first && a.end === b.end;
}
