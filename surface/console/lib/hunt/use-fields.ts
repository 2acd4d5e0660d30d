'use client';
/** All fields that events can have: fetched when somebody begins to ask, as the schema weighs more than the page. */
import { useCallback, useState } from 'react';
import * as text from '../../text/index.ts';

export interface Fields {
  readonly names: readonly string[];
  readonly has: (name: string) => boolean;
  /** Whether all are known by now. */
  readonly areAll: boolean;
}

const described = Object.keys(text.huntFields);
const FEW: Fields = { names: described, has: (name) => name.includes('.') || described.includes(name), areAll: false };

/** @returns the fields, and how to fetch all of them */
export function useFields(): readonly [fields: Fields, fetchAll: () => void] {
  const [fields, setFields] = useState(FEW);
  const fetchAll = useCallback(() => {
    import('@netsentinel/contracts/event-fields').then(
      ({ eventFields, isEventField }) => {
        const others = eventFields().filter((name) => !described.includes(name));
        setFields({ names: [...described, ...others], has: isEventField, areAll: true });
      },
      // The few do; the server knows them all.
      () => undefined,
    );
  }, []);
  return [fields, fetchAll];
}
