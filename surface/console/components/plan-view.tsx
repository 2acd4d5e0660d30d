'use client';
/** What a measure would change where, in the responders' own words, and what it would cut off besides. */
import { MEASURE_WORDS } from '@netsentinel/contracts/measure-words';
import { useEffect, useRef } from 'react';
import type { Planned } from '../lib/api.ts';
import { exactTime, visible } from '../lib/format.ts';
import * as text from '../text/index.ts';

const words = text.measures.plan;
type Responder = Planned['plan']['responders'][number];

export function PlanView({
  planned: { plan, blastRadius, blastRadiusUnknown },
  takesFocus = false,
}: {
  readonly planned: Planned;
  /** Where it comes in the place of the button that asked for it. */
  readonly takesFocus?: boolean;
}) {
  const whole = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takesFocus) whole.current?.focus();
  }, [takesFocus]);
  return (
    <div ref={whole} tabIndex={-1} className="plan" role="group" aria-label={words.title} data-testid="plan">
      {plan.refused !== undefined && (
        <p className="notice bad" role="alert">
          {words.refused(visible(plan.refused))}
        </p>
      )}
      {plan.ask.map((why) => (
        <p key={why} className="notice">
          {words.asked(visible(why))}
        </p>
      ))}
      <dl className="facts">
        {plan.responders.map((one) => (
          <div key={one.responder}>
            <dt>
              {visible(one.responder)}, {standing(one)}
            </dt>
            <dd>{one.refuses === undefined ? <Lines responder={one} /> : <span>{visible(one.refuses)}</span>}</dd>
          </div>
        ))}
      </dl>
      <Radius radius={blastRadius} unknown={blastRadiusUnknown} contains={MEASURE_WORDS[plan.measure].contains} />
    </div>
  );
}

function standing({ refuses, holds, available, mode }: Responder): string {
  if (refuses !== undefined) return words.noPart;
  if (holds) return words.already;
  return available || mode === 'simulate' ? mode : words.unavailable(mode);
}

function Lines({ responder: { block, unblock } }: { readonly responder: Responder }) {
  if (block.length + unblock.length === 0) return <span className="dim">{words.nothing}</span>;
  return (
    <pre className="detail">
      {[
        ...block.map((line) => `+ ${visible(line)}`),
        ...unblock.map((line) => `- ${visible(line)}   ${words.atItsEnd}`),
      ].join('\n')}
    </pre>
  );
}

function Radius({
  radius,
  unknown,
  contains,
}: {
  readonly radius: Planned['blastRadius'];
  readonly unknown: Planned['blastRadiusUnknown'];
  readonly contains: boolean;
}) {
  if (radius === undefined)
    return <p className="dim">{words.unknown(contains, unknown === undefined ? undefined : visible(unknown))}</p>;
  if (radius.events === 0) return <p>{words.nobodyElse(contains)}</p>;
  const share = ((radius.events / Math.max(1, radius.ofAll)) * 100).toFixed(1);
  return (
    <>
      <p>
        {words.wouldHave(contains)} <strong>{words.usual(radius.events)}</strong>{' '}
        {words.over(radius.days, share, radius.lastSeen === undefined ? undefined : exactTime(radius.lastSeen))}
      </p>
      <dl className="facts">
        {(['accounts', 'services', 'addresses'] as const)
          .filter((what) => radius[what].length > 0)
          .map((what) => (
            <div key={what}>
              <dt>{words.what[what]}</dt>
              <dd>{radius[what].map(({ name, events }) => `${visible(name)} (${events})`).join(', ')}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}
