'use client';
import { oneOf } from '../lib/url-view.ts';
import { RANGES, type Range } from '../lib/ranges.ts';
import * as text from '../text/index.ts';

/** For which time a page's figures are. */
export function RangeSelect({ value, onChange }: { readonly value: Range; readonly onChange: (range: Range) => void }) {
  return (
    <select aria-label={text.parts.range} value={value} onChange={(e) => onChange(oneOf(e.target.value, RANGES))}>
      {(['1h', '24h', '7d', '30d'] as const).map((range) => (
        <option key={range} value={range}>
          {text.parts.ranges[range]}
        </option>
      ))}
    </select>
  );
}
