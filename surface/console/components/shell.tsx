'use client';
/** The frame of every signed-in page: name, what the platform does now, who is signed in. */
import type { Permission } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { api } from '../lib/api.ts';
import { useConnected, useReconnected, useStatus } from '../lib/live.ts';
import { SessionContext, useAskedSession, useSession } from '../lib/session.ts';
import { Mark } from './mark.tsx';

const PAGES: readonly (readonly [href: string, name: string, permission?: Permission])[] = [
  ['/', 'Incidents'],
  ['/exceptions/', 'Exceptions'],
  ['/audit/', 'Audit', 'audit:read'],
  ['/settings/', 'Settings'],
];

/** A page for whoever is signed in; others are led to the door. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { session, error, again } = useAskedSession();
  if (session === undefined && error !== undefined)
    return (
      <main>
        <p className="notice bad" role="alert">
          {error}
        </p>
      </main>
    );
  if (session === undefined) return <p className="centre">Loading…</p>;
  return (
    <SessionContext value={session}>
      <Frame onReconnected={again}>{children}</Frame>
    </SessionContext>
  );
}

function Frame({ onReconnected, children }: { readonly onReconnected: () => void; readonly children: ReactNode }) {
  const { account, role } = useSession();
  const path = usePathname();
  const status = useStatus();
  const connected = useConnected();
  useReconnected(onReconnected);
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
        <nav className="pages" aria-label="Pages">
          {PAGES.filter(([, , permission]) => permission === undefined || mayDo(role, permission)).map(
            ([href, name]) => (
              <a key={href} href={href} aria-current={path === href ? 'page' : undefined}>
                {name}
              </a>
            ),
          )}
        </nav>
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
