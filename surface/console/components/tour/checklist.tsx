'use client';
/** What makes an install useful, until all of it is done or its reader has seen enough. */
import { CircleCheck, Circle, X } from 'lucide-react';
import { Link } from '../link.tsx';
import { useCallback, useEffect, useState } from 'react';
import { api } from '../../lib/api.ts';
import { checksOf, type Check } from '../../lib/checklist.ts';
import { useLoaded } from '../../lib/hooks.ts';
import { useKept } from '../../lib/kept.ts';
import { useLive, useStatus } from '../../lib/live.ts';
import { useSession } from '../../lib/session.ts';
import * as text from '../../text/index.ts';
import { CopyButton } from '../copy-button.tsx';
import { Panel } from '../panel.tsx';

const words = text.firstMinutes.checklist;

export function Checklist({
  onSettled,
}: {
  /** Once it is known whether it stands. */
  readonly onSettled: () => void;
}) {
  const { account } = useSession();
  const status = useStatus();
  const [dismissed, setDismissed] = useKept(`netsentinel:checklist:${account}`);
  const load = useCallback(
    async () => (await api.listIncidents({ limit: 1, recorded: 'none' })).incidents.length > 0,
    [],
  );
  const { value: isAttacked, reload } = useLoaded(load);
  useLive('incident', reload, reload);
  const isSettled = dismissed !== '' || isAttacked !== undefined;
  useEffect(() => {
    if (isSettled) onSettled();
  }, [isSettled, onSettled]);
  const [host, setHost] = useState('localhost');
  useEffect(() => setHost(window.location.hostname), []);
  if (dismissed !== '' || status === undefined || isAttacked === undefined) return null;
  const checks = checksOf(status, isAttacked, host);
  const done = checks.filter(({ isDone }) => isDone).length;
  if (done === checks.length) return null;
  return (
    <Panel
      title={words.title}
      className="checklist"
      tools={
        <button
          className="quiet icon"
          type="button"
          aria-label={words.dismiss}
          title={words.dismiss}
          onClick={() => setDismissed('hidden')}
        >
          <X size={16} aria-hidden />
        </button>
      }
    >
      <p className="dim">{words.about(done, checks.length)}</p>
      <ol data-testid="checklist">
        {checks.map((check) => (
          <Item key={check.name} check={check} isOpen={check === checks.find(({ isDone }) => !isDone)} />
        ))}
      </ol>
    </Panel>
  );
}

function Item({ check, isOpen }: { readonly check: Check; readonly isOpen: boolean }) {
  const { name, isDone, lines, isCommand } = check;
  const said = words.steps[name];
  const Icon = isDone ? CircleCheck : Circle;
  return (
    <li className={isDone ? 'done' : 'open'} data-testid={`check-${name}`}>
      <Icon size={18} aria-hidden />
      {isDone ? (
        <div>
          <strong>{said.title}</strong> <span className="unseen">{words.done}</span>
          <span className="dim"> {said.done}</span>
        </div>
      ) : (
        <details open={isOpen}>
          <summary>
            <strong>{said.title}</strong> <span className="unseen">{words.open}</span>
          </summary>
          <p>{said.words}</p>
          {!isCommand && <p className="dim">{words.file}</p>}
          <div className="lines">
            <pre>
              <code>{lines}</code>
            </pre>
            <CopyButton value={lines} label={words.copy} />
          </div>
          {name === 'response' && (
            <p>
              <Link href="/response/">{words.response}</Link>
            </p>
          )}
        </details>
      )}
    </li>
  );
}
