'use client';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { useCallback, useState } from 'react';

/** Which rows are chosen, and which one the keys stand on. */
export interface Selection {
  readonly chosen: ReadonlySet<string>;
  /** The id of the row that the keys stand on. */
  readonly at: string | undefined;
  readonly stand: (id: string | undefined) => void;
  readonly toggle: (id: string) => void;
  readonly clear: () => void;
}

const NOBODY: ReadonlySet<string> = new Set();

export function useSelection(): Selection {
  const [chosen, setChosen] = useState(NOBODY);
  const [at, stand] = useState<string>();
  const toggle = useCallback(
    (id: string) =>
      setChosen((old) => {
        const now = new Set(old);
        if (!now.delete(id)) now.add(id);
        return now;
      }),
    [],
  );
  const clear = useCallback(() => setChosen(NOBODY), []);
  return { chosen, at, stand, toggle, clear };
}

/** The index of the row `steps` further than `at`; the first where it stands nowhere. */
export function stepped(rows: readonly IncidentSummary[], at: string | undefined, steps: number): number {
  const index = at === undefined ? -1 : rows.findIndex(({ id }) => id === at);
  if (index === -1) return rows.length === 0 ? -1 : 0;
  return Math.min(Math.max(0, index + steps), rows.length - 1);
}
