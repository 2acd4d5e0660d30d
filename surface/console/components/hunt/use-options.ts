'use client';
/** What is offered where the caret is. */
import { useCallback, useMemo } from 'react';
import { api } from '../../lib/api.ts';
import { useSettled } from '../../lib/hooks.ts';
import { JOINERS, OPERATORS, type Place } from '../../lib/hunt/complete.ts';
import type { TimeRange } from '../../lib/hunt/time-range.ts';
import type { Fields } from '../../lib/hunt/use-fields.ts';
import { useAnswer } from '../../lib/use-answer.ts';
import * as text from '../../text/index.ts';

export interface Option {
  readonly value: string;
  readonly about: string;
}

const MAX_OPTIONS = 12;
const TYPING_MS = 200;
/** Of which the beginning of a value cannot be asked: they have numbers, or times. */
const NO_PREFIX = /(^@timestamp|\.(port|bytes|packets|number|duration|pid|status_code|size))$/;

export function useOptions(place: Place | undefined, fields: Fields, rangeNow: () => TimeRange): readonly Option[] {
  const asked = useSettled(
    place?.kind === 'value' && fields.has(place.field ?? '') ? `${place.field}\n${place.typed}` : '',
    TYPING_MS,
  );
  const ask = useCallback(
    async (signal: AbortSignal): Promise<readonly Option[]> => {
      const [field = '', typed = ''] = asked.split('\n');
      const { from, to } = rangeNow();
      const { groups } = await api.countEvents(
        {
          by: field,
          top: MAX_OPTIONS,
          from: String(from),
          to: String(to),
          ...(typed === '' || NO_PREFIX.test(field) ? {} : { filter: `${field}:prefix:${typed}` }),
        },
        { signal },
      );
      return groups.flatMap(({ keys: [key], count }) =>
        key === null || key === undefined ? [] : [{ value: String(key), about: text.hunt.times(count) }],
      );
    },
    [asked, rangeNow],
  );
  const { value: values } = useAnswer(asked === '' ? undefined : ask);
  return useMemo(() => {
    if (place === undefined) return [];
    const { kind, typed } = place;
    if (kind === 'value')
      return asked.startsWith(`${place.field}\n`)
        ? (values ?? []).filter(({ value }) => value.toLowerCase().startsWith(typed))
        : [];
    if (kind === 'field') {
      const starting = fields.names.filter((name) => name.startsWith(typed));
      const within = typed === '' ? [] : fields.names.filter((name) => name.includes(typed) && !name.startsWith(typed));
      return [...starting, ...within]
        .filter((name) => name !== typed)
        .slice(0, MAX_OPTIONS)
        .map((value) => ({ value, about: text.huntFields[value] ?? '' }));
    }
    const all: readonly string[] = kind === 'operator' ? OPERATORS : JOINERS;
    return all
      .filter((value) => value.startsWith(typed) && value !== typed)
      .map((value) => ({ value, about: text.hunt.joiners[value] ?? '' }));
  }, [place, fields, values, asked]);
}
