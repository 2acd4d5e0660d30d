'use client';
/** What happened at a decoy in a time, in numbers, and what was tried most. */
import type { GetDecoyStatisticsAnswer } from '@netsentinel/client';
import { duration, visible } from '../../lib/format.ts';
import { nameOf, useAttackNames, useNow } from '../../lib/hooks.ts';
import * as text from '../../text/index.ts';
import { Ranking } from '../charts/ranking.tsx';
import { Ago } from '../moment.tsx';

const words = text.decoys;
const { figures } = words;

export function DecoyFigures({ of }: { readonly of: GetDecoyStatisticsAnswer }) {
  const names = useAttackNames();
  const now = useNow();
  const { sessions, attackers, logins, commands, engagement, lastTouched, accounts, techniques } = of;
  return (
    <>
      <dl className="figures" data-testid="figures">
        <Figure name={figures.sessions} value={sessions.toLocaleString()} />
        <Figure name={figures.attackers} value={attackers.toLocaleString()} />
        <Figure
          name={figures.logins}
          value={logins.tried.toLocaleString()}
          about={`${logins.accepted.toLocaleString()} ${figures.accepted}`}
        />
        <Figure name={figures.commands} value={commands.toLocaleString()} />
        <Figure
          name={figures.held}
          value={duration(engagement.totalMs)}
          {...(engagement.meanMs === undefined ? {} : { about: figures.mean(duration(engagement.meanMs)) })}
        />
        <div>
          <dt>{figures.last}</dt>
          <dd className="text">{lastTouched === undefined ? figures.never : <Ago at={lastTouched} now={now} />}</dd>
        </div>
      </dl>
      <div className="panels">
        <div>
          <h3>{words.accounts}</h3>
          <Ranking
            label={words.accounts}
            of={accounts.map(({ name, tries }) => ({
              key: name,
              name: <code>{visible(name)}</code>,
              count: tries,
            }))}
            empty={words.noAccounts}
          />
        </div>
        <div>
          <h3>{words.techniques}</h3>
          <Ranking
            label={words.techniques}
            of={techniques.map(({ id, events }) => ({
              key: id,
              name: `${visible(id)} ${nameOf(names?.techniques, id) ?? ''}`,
              count: events,
            }))}
            empty={words.noTechniques}
          />
        </div>
      </div>
    </>
  );
}

function Figure({ name, value, about }: { readonly name: string; readonly value: string; readonly about?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {about !== undefined && <span className="dim">{about}</span>}
      </dd>
    </div>
  );
}
