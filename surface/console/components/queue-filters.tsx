'use client';
/** Which incidents the queue shows. */
import { MAX_FILTER_CHARS } from '@netsentinel/contracts/incident-words';
import type { Filters } from '../lib/queue-query.ts';
import { useSession } from '../lib/session.ts';
import * as text from '../text/index.ts';

const words = text.incidents;
const STATUSES = ['open', 'contained', 'closed', 'benign'] as const;
const SCORES = [30, 50, 70, 90] as const;

export function QueueFilters(props: {
  readonly value: Filters;
  readonly onChange: (change: Partial<Filters>) => void;
}) {
  const { value, onChange } = props;
  const { account } = useSession();
  return (
    <search className="filters">
      <Choice
        label={words.status}
        value={value.status}
        options={[['', words.anyStatus], ...STATUSES.map((status) => [status, status] as const)]}
        onChange={(status) => onChange({ status })}
      />
      <Choice
        label={words.who}
        value={value.scanner}
        options={[
          ['', words.everybody],
          ['none', words.scanners.none],
          ['only', words.scanners.only],
        ]}
        onChange={(scanner) => onChange({ scanner })}
      />
      <Choice
        label={words.assignee}
        value={value.assignee}
        options={[
          ['any', words.anyAssignee],
          [account, words.mine],
          ['', words.nobodys],
        ]}
        onChange={(assignee) => onChange({ assignee })}
      />
      <Choice
        label={words.minScore}
        value={value.score}
        options={[['', words.anyScore], ...SCORES.map((n) => [String(n), words.fromScore(n)] as const)]}
        onChange={(score) => onChange({ score })}
      />
      <input
        id="queue-filter"
        type="search"
        placeholder={words.filterHint}
        aria-label={words.filter}
        maxLength={MAX_FILTER_CHARS}
        value={value.text}
        onChange={(e) => onChange({ text: e.target.value })}
      />
    </search>
  );
}

function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, name: string])[];
  readonly onChange: (value: string) => void;
}) {
  return (
    <select aria-label={props.label} value={props.value} onChange={(e) => props.onChange(e.target.value)}>
      {props.options.map(([value, name]) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </select>
  );
}
