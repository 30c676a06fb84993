export interface SparklineProps {
  readonly values: readonly number[];
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}

/** A line over time without axes; its label says it in words. */
export function Sparkline({ values, label, width = 96, height = 20 }: SparklineProps) {
  const top = Math.max(1, ...values);
  const step = values.length > 1 ? width / (values.length - 1) : width;
  const points = values.map(
    (value, i) => `${(i * step).toFixed(1)},${(height - 1 - (value / top) * (height - 3)).toFixed(1)}`,
  );
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <path d={`M0 ${height - 0.5}H${width}`} stroke="var(--line)" />
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke="var(--petrol)"
        strokeWidth="1.25"
        strokeLinejoin="round"
      />
    </svg>
  );
}
