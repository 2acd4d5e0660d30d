'use client';
/** What a rule would have found among the events that are kept. */
import type { TryRuleAnswer } from '@netsentinel/client';
import { useState } from 'react';
import { api, segment } from '../../lib/api.ts';
import { visible } from '../../lib/format.ts';
import { useNow } from '../../lib/hooks.ts';
import { RANGE_MS, type Range } from '../../lib/ranges.ts';
import type { TextFault } from '../../lib/text-faults.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';
import { Link } from '../link.tsx';
import { Ago } from '../moment.tsx';
import { Panel } from '../panel.tsx';
import { RangeSelect } from '../range-select.tsx';

const words = text.rules;
const MOST_EVENTS = 100_000;

export function RuleTrial({
  rule,
  onFaults,
}: {
  /** Its text. */
  readonly rule: string;
  /** What is wrong with it; empty where nothing is. */
  readonly onFaults?: (faults: readonly TextFault[]) => void;
}) {
  const [range, setRange] = useState<Range>('24h');
  /** Of a text: another one may be written meanwhile. */
  const [tried, setTried] = useState<{
    readonly rule: string;
    readonly range: Range;
    readonly answer: TryRuleAnswer;
  }>();
  const { busy, error, attempt } = useAttempt();
  const now = useNow();
  const tryIt = (): void => {
    void attempt(async () => {
      const to = Date.now();
      const from = to - RANGE_MS[range];
      const body = { rule, from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: MOST_EVENTS };
      const answer = await api.tryRule({ body });
      setTried({ rule, range, answer });
      onFaults?.(answer.faults.map(({ line, error: said }) => ({ line, words: said })));
    });
  };
  const answer = tried?.rule === rule && tried.range === range ? tried.answer : undefined;
  return (
    <Panel title={words.trial} tools={<RangeSelect value={range} onChange={setRange} />}>
      <p>
        <button type="button" disabled={busy || rule.trim() === ''} onClick={tryIt}>
          {busy ? words.trying : words.tryOn}
        </button>
      </p>
      <Failure words={error} />
      {answer !== undefined && answer.faults.length > 0 && onFaults === undefined && (
        <Failure words={answer.faults.map(({ line, error: said }) => `${text.parts.line(line)}: ${said}`).join('\n')} />
      )}
      {answer !== undefined && answer.faults.length === 0 && (
        <div data-testid="trial" role="status">
          <p>
            <strong>{words.matched(answer.matched, answer.looked)}</strong>{' '}
            {answer.cut !== undefined && <span className="dim">{words.cut[answer.cut]}</span>}
          </p>
          {answer.matches.length > 0 && (
            <>
              <p className="dim">{words.newest(answer.matches.length)}</p>
              <ul className="rule-met">
                {answer.matches.map(({ id, time, message }) => (
                  <li key={id}>
                    <Ago at={Date.parse(time)} now={now} />{' '}
                    <Link href={`/hunt/?q=${segment(`event.id = "${id}"`)}&range=30d`}>{visible(message ?? id)}</Link>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
    </Panel>
  );
}
