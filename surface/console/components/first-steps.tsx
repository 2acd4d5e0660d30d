'use client';
import { useEffect, useState } from 'react';
import { sshCommand } from '../lib/checklist.ts';
import { useStatus } from '../lib/live.ts';
import * as text from '../text/index.ts';
import { CopyButton } from './copy-button.tsx';
import { Panel } from './panel.tsx';
import { TakeTour } from './tour/take-tour.tsx';

const words = text.firstMinutes.first;

/** What an empty install shows: how to attack it, and attacks that were recorded. */
export function FirstSteps() {
  const status = useStatus();
  const [host, setHost] = useState('localhost');
  useEffect(() => setHost(window.location.hostname), []);
  const command = sshCommand(status, host);
  return (
    <section className="first">
      <h1>{words.title}</h1>
      <p className="dim">{words.about}</p>
      <div className="panels">
        <TakeTour />
        <Panel title={words.own}>
          <p>{words.how}</p>
          <div className="lines">
            <pre>
              <code>{command}</code>
            </pre>
            <CopyButton value={command} label={words.copy} />
          </div>
          <p className="dim">{words.passwords('123456', 'admin')}</p>
          <ul className="decoys" aria-label={words.decoys}>
            {status?.decoys.map((d) => (
              <li key={d.id}>
                <span className={d.healthy ? 'dot good' : 'dot bad'} /> {d.id} <code>{d.listen}</code>
                {!d.healthy && ` ${words.down}`}
              </li>
            ))}
          </ul>
        </Panel>
      </div>
    </section>
  );
}
