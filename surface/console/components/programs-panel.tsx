'use client';
/** Programs that are signed in, and their end. */
import type { ListProgramsAnswer } from '@netsentinel/client';
import { useCallback } from 'react';
import { api } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { useLoaded, useNow } from '../lib/hooks.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { AskFirst } from './ask-first.tsx';
import { Failure } from './failure.tsx';
import { Ago, Until } from './moment.tsx';
import { Empty, Panel } from './panel.tsx';

const words = text.settings.programs;

export function ProgramsPanel() {
  const { value, error, reload } = useLoaded(useCallback(() => api.listPrograms(), []));
  const now = useNow();
  const programs = value?.programs ?? [];
  return (
    <Panel title={words.title}>
      <p className="dim">{words.about}</p>
      <Failure words={error} />
      {value !== undefined && programs.length === 0 && (
        <Empty title={words.none}>
          <p>{words.noneWhy}</p>
        </Empty>
      )}
      {programs.length > 0 && (
        <table className="records">
          <thead>
            <tr>
              <th scope="col">{words.name}</th>
              <th scope="col">{words.account}</th>
              <th scope="col">{words.since}</th>
              <th scope="col">{words.refreshed}</th>
              <th scope="col">{words.ends}</th>
              <th scope="col">
                <span className="unseen">{words.changes}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {programs.map((one) => (
              <Row key={one.id} program={one} now={now} onChange={reload} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function Row({
  program: { id, name, account, role, createdAt, refreshedAt, expiresAt, address },
  now,
  onChange,
}: {
  readonly program: ListProgramsAnswer['programs'][number];
  readonly now: number;
  readonly onChange: () => void;
}) {
  const { busy, error, attempt } = useAttempt();
  const shown = visible(name);
  const end = async (): Promise<void> => {
    if (await attempt(() => api.endProgram({ id }))) onChange();
  };
  return (
    <tr data-testid="program">
      <th scope="row">
        {shown}
        <div className="dim words">
          {words.from} {address === '' ? words.unknown : visible(address)}
        </div>
      </th>
      <td data-label={words.account}>
        {visible(account)}
        <div className="dim words">{role}</div>
      </td>
      <td data-label={words.since}>
        <Ago at={createdAt} now={now} />
      </td>
      <td data-label={words.refreshed}>
        <Ago at={refreshedAt} now={now} />
      </td>
      <td data-label={words.ends}>
        <Until at={expiresAt} now={now} />
      </td>
      <td className="act">
        <AskFirst
          button={words.end}
          about={shown}
          question={words.ask(shown)}
          sure={words.sure}
          busy={busy}
          onSure={() => void end()}
        />
        <Failure words={error} />
      </td>
    </tr>
  );
}
