'use client';
/** One account: its role, which counts as soon as it is chosen, ways back in for who has lost theirs, and its end. */
import type { Role } from '@netsentinel/contracts/permission';
import { useEffect, useState } from 'react';
import { api, type User } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { describeRole, PEOPLE_ROLES } from '../lib/roles.ts';
import { useSession } from '../lib/session.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { AskFirst } from './ask-first.tsx';
import { Failure } from './failure.tsx';
import { Ago } from './moment.tsx';

const words = text.access.people;

export function Person({
  user: { name, role, createdAt, secondFactor, signsInBy },
  mayChange,
  now,
  onChange,
  onReset,
}: {
  readonly user: User;
  readonly mayChange: boolean;
  readonly now: number;
  readonly onChange: () => void;
  /** With the path of a link that was made for a new password. */
  readonly onReset: (path: string) => void;
}) {
  const { account } = useSession();
  const roles = PEOPLE_ROLES.includes(role) ? PEOPLE_ROLES : [role, ...PEOPLE_ROLES];
  const { busy, error, attempt } = useAttempt();
  /** Shown until the server's list has it. */
  const [chosen, setChosen] = useState<Role>();
  useEffect(() => setChosen(undefined), [role]);
  const shown = visible(name);
  /** What it may do, and its way in, are the provider's to change. */
  const isOurs = signsInBy === 'password';
  const change = async (wanted: Role | undefined): Promise<void> => {
    if (wanted === undefined || busy) return;
    setChosen(wanted);
    if (await attempt(() => api.changeUser({ name, body: { role: wanted } }))) onChange();
    else setChosen(undefined);
  };
  const remove = async (): Promise<void> => {
    if (await attempt(() => api.removeUser({ name }))) onChange();
  };
  const reset = (): Promise<boolean> => attempt(async () => onReset((await api.makePasswordReset({ name })).path));
  const endSecondFactor = async (): Promise<void> => {
    if (await attempt(() => api.endSecondFactorOf({ name }))) onChange();
  };
  return (
    <tr data-testid="person">
      <th scope="row">
        {shown} {name === account && <span className="dim">{words.you}</span>}
        {secondFactor && <div className="dim words">{words.secondFactor}</div>}
        {!isOurs && <div className="dim words">{words.byOpenId}</div>}
      </th>
      <td data-label={text.access.role}>
        {mayChange && isOurs ? (
          <select
            aria-label={words.roleOf(shown)}
            aria-busy={busy}
            value={chosen ?? role}
            onChange={(e) => void change(roles.find((one) => one === e.target.value))}
          >
            {roles.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        ) : (
          role
        )}
        <div className="dim words">{describeRole(chosen ?? role)}</div>
        <Failure words={error} />
      </td>
      <td data-label={words.since}>
        <Ago at={createdAt} now={now} />
      </td>
      {mayChange && (
        <td className="act">
          {name !== account && isOurs && (
            <AskFirst
              button={words.newPassword}
              about={shown}
              question={words.askPassword(shown)}
              sure={words.surePassword}
              busy={busy}
              onSure={() => void reset()}
            />
          )}{' '}
          {secondFactor && name !== account && (
            <AskFirst
              button={words.factorOff}
              about={shown}
              question={words.askFactor(shown)}
              sure={words.sureFactor}
              busy={busy}
              onSure={() => void endSecondFactor()}
            />
          )}{' '}
          <AskFirst
            button={words.remove}
            about={shown}
            question={words.askRemove(shown)}
            sure={words.remove}
            busy={busy}
            onSure={() => void remove()}
          />
        </td>
      )}
    </tr>
  );
}
