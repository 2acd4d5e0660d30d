'use client';
import { useEffect, useState } from 'react';
import { useStatus } from '../lib/live.ts';

/** What an empty install shows: how to attack it. */
export function FirstSteps() {
  const status = useStatus();
  const ssh = status?.decoys.find((d) => d.type === 'ssh');
  const [host, setHost] = useState('localhost');
  useEffect(() => setHost(window.location.hostname), []);
  const port = ssh?.listen.split(':').at(-1) ?? '2222';
  return (
    <section className="first">
      <h1>Nobody has attacked yet</h1>
      <p>Your decoys are listening. Be the first: open a terminal and log in a few times with a weak password.</p>
      <pre>
        <code>
          ssh -p {port} root@{host}
        </code>
      </pre>
      <p className="dim">
        Passwords such as <code>123456</code> or <code>admin</code> work sooner or later, as on any machine worth
        attacking. This page fills as you type.
      </p>
      <ul className="decoys">
        {status?.decoys.map((d) => (
          <li key={d.id}>
            <span className={d.healthy ? 'dot good' : 'dot bad'} /> {d.id} <code>{d.listen}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
