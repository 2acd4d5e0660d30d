'use client';
/** The page's colours as a canvas needs them: resolved, and anew when the theme changes. */
import { useEffect, useState } from 'react';
import { onColoursChanged } from './theme.ts';

/** Names of custom properties of `globals.css`. */
export type ColourName =
  | 'text'
  | 'dim'
  | 'line'
  | 'panel'
  | 'accent'
  | 'info'
  | 'low'
  | 'medium'
  | 'high'
  | 'critical'
  | 'good'
  | 'bad'
  | `series-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

/** Told one from the next by people who see colours in other ways; the ninth series is as the first. */
export function seriesColour(index: number): ColourName {
  return `series-${((index % 8) + 1) as 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;
}

export function useColours(): (name: ColourName) => string {
  const [, redraw] = useState(0);
  useEffect(() => onColoursChanged(() => redraw((n) => n + 1)), []);
  return resolved;
}

let probe: HTMLElement | undefined;

function resolved(name: ColourName): string {
  if (probe === undefined) {
    probe = document.createElement('span');
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}
