'use client';
/** The frame of every signed-in page: name, what the platform does now, who is signed in. */
import type { ReactNode } from 'react';
import { api } from '../lib/api.ts';
import { useAccount } from '../lib/hooks.ts';

import { useConnected, useStatus } from '../lib/live.ts';
import { Mark } from './mark.tsx';

/** A page for whoever is signed in; others are led to the door. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { account, error } = useAccount();
  if (error !== undefined)
    return (
      <main>
        <p className="notice bad" role="alert">
          {error}
        </p>
      </main>
    );
  if (account === undefined) return <p className="centre">Loading…</p>;
  return <Frame account={account}>{children}</Frame>;
}

function Frame({ account, children }: { readonly account: string; readonly children: ReactNode }) {
  const status = useStatus();
  const connected = useConnected();
  const mode = status?.responseMode;
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <a className="brand" href="/">
          <Mark /> NetSentinel
        </a>
        <dl className="vitals" aria-label="Platform">
          <Vital label="open incidents" value={status?.openIncidents} />
          <Vital label="events/s" value={status?.eventsPerSecond} />
          <Vital label="blocks in force" value={status?.blocksInForce} />
          <div className={`vital mode-${mode ?? 'unknown'}`}>
            <dt>response</dt>
            <dd>{mode ?? '–'}</dd>
          </div>
        </dl>
        <span className={connected ? 'link live' : 'link lost'} role="status">
          {connected ? 'live' : 'reconnecting…'}
        </span>
        <button
          className="quiet"
          type="button"
          onClick={() => {
            void api.signOut().finally(() => window.location.replace('/sign-in/'));
          }}
        >
          Sign out <span className="dim who">{account}</span>
        </button>
      </header>
      <main id="content">{children}</main>
    </>
  );
}

function Vital({ label, value }: { readonly label: string; readonly value: number | undefined }) {
  return (
    <div className="vital">
      <dt>{label}</dt>
      <dd>{value === undefined ? '–' : value.toLocaleString()}</dd>
    </div>
  );
}
