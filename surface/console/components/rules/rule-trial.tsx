'use client';
/** What a rule would have found among the events that are kept. */
import type { TryRuleAnswer } from '@netsentinel/client';
import { useMemo, useState } from 'react';
import { api, segment } from '../../lib/api.ts';
import { exactTime, visible } from '../../lib/format.ts';
import { useNow } from '../../lib/hooks.ts';
import type { TimeRange } from '../../lib/hunt/time-range.ts';
import { RANGE_MS, type Range } from '../../lib/ranges.ts';
import { onlyRule, ruleTexts } from '../../lib/rule-texts.ts';
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

/** A range that ends now, or from one moment to another. */
export type TrialTime = Range | TimeRange;

export function RuleTrial({
  text: whole,
  time: firstTime = '24h',
  onFaults,
}: {
  /** One rule or several. */
  readonly text: string;
  readonly time?: TrialTime;
  /** What is wrong with it; empty where nothing is. */
  readonly onFaults?: (faults: readonly TextFault[]) => void;
}) {
  const [time, setTime] = useState<TrialTime>(firstTime);
  const [line, setLine] = useState<number>();
  /** Of a text: another one may be written meanwhile. */
  const [tried, setTried] = useState<{
    readonly rule: string;
    readonly time: TrialTime;
    readonly answer: TryRuleAnswer;
  }>();
  const { busy, error, attempt } = useAttempt();
  const now = useNow();
  const all = useMemo(() => ruleTexts(whole), [whole]);
  const rules = all.filter(({ kind }) => kind === 'rule');
  const chosen = rules.find((one) => one.line === line) ?? rules[0];
  // What is no rule yet is tried as it is: the answer says what is wrong with it.
  const rule = all.length > 1 && chosen !== undefined ? onlyRule(whole, chosen) : whole;
  const tryIt = (): void => {
    void attempt(async () => {
      const to = typeof time === 'string' ? Date.now() : time.to;
      const from = typeof time === 'string' ? to - RANGE_MS[time] : time.from;
      const body = { rule, from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: MOST_EVENTS };
      const answer = await api.tryRule({ body });
      setTried({ rule, time, answer });
      onFaults?.(answer.faults.map(({ line: at, error: said }) => ({ line: at, words: said })));
    });
  };
  const answer = tried?.rule === rule && tried.time === time ? tried.answer : undefined;
  if (all.length > 0 && rules.length === 0)
    return (
      <Panel title={words.trial}>
        <p className="dim">{words.noTrial}</p>
      </Panel>
    );
  return (
    <Panel
      title={words.trial}
      tools={typeof time === 'string' ? <RangeSelect value={time} onChange={setTime} /> : undefined}
    >
      <p className="dim">{words.trialAbout}</p>
      {typeof time !== 'string' && (
        <p>
          {words.huntTime(exactTime(time.from), exactTime(time.to))}{' '}
          <button type="button" className="small" onClick={() => setTime('24h')}>
            {words.otherTime}
          </button>
        </p>
      )}
      {rules.length > 1 && (
        <p>
          <select aria-label={words.trialOf} value={chosen?.line} onChange={(e) => setLine(Number(e.target.value))}>
            {rules.map((one) => (
              <option key={one.line} value={one.line}>
                {visible(one.title)}
              </option>
            ))}
          </select>
        </p>
      )}
      <p>
        <button type="button" disabled={busy || rule.trim() === ''} onClick={tryIt}>
          {busy ? words.trying : words.tryOn}
        </button>
      </p>
      <Failure words={error} />
      {answer !== undefined && answer.faults.length > 0 && onFaults === undefined && (
        <Failure
          words={answer.faults.map(({ line: at, error: said }) => `${text.parts.line(at)}: ${said}`).join('\n')}
        />
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
