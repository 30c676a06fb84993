import { useEffect, useRef, useState } from 'react';
import { useIntl } from 'react-intl';
import { events } from '../api/http';
import { useDuration, useText } from '../app/text';
import { clear, isTick, paint } from '../canvas/traffic';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { useEditing } from './session';

/** Switches the stream of the published flow on and off and says its sums. */
export function LiveTraffic() {
  const text = useText();
  const { flow } = useEditing();
  const [isOn, setOn] = useState(false);
  const sums = useTraffic(flow, isOn, () => setOn(false));
  return (
    <>
      <IconButton
        size="small"
        label={text('canvas.live')}
        icon={<Icon name="activity" />}
        isOn={isOn}
        onPress={() => setOn(!isOn)}
      />
      {isOn ? <span ref={sums} className="canvas-sums num" /> : null}
    </>
  );
}

/** Text and lines are written directly: a tick costs no render. */
function useTraffic(flow: string, isOn: boolean, onEnd: () => void) {
  const text = useText();
  const intl = useIntl();
  const duration = useDuration();
  const sums = useRef<HTMLSpanElement>(null);
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    const canvas = document.querySelector<HTMLElement>('[data-canvas]');
    if (!isOn || canvas === null) return;
    const show = (data: unknown) => {
      if (!isTick(data)) return;
      paint(canvas, data);
      const { rate, p95Ms, errors } = data.flow;
      const values = {
        rate: intl.formatNumber(rate, { maximumFractionDigits: 1 }),
        p95: duration(p95Ms),
        errors: intl.formatNumber(errors, { maximumFractionDigits: 1 }),
      };
      if (sums.current !== null) sums.current.textContent = text('canvas.liveSums', values);
    };
    const stop = events(`/v1/live/${encodeURIComponent(flow)}`, { live: show }, () => end.current());
    return () => {
      stop();
      clear(canvas);
    };
  }, [flow, isOn, text, intl, duration]);
  return sums;
}
