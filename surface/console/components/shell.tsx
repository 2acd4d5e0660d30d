'use client';
/** The frame of every signed-in page: name, what the platform does now, who is signed in. */
import dynamic from 'next/dynamic';
import { Fragment, Suspense, useState, type ReactNode } from 'react';
import { SessionContext, useAskedSession } from '../lib/session.ts';
import { GUIDE_KEY, SEEN } from '../lib/guide-key.ts';
import { useKept } from '../lib/kept.ts';
import { useReconnected } from '../lib/live.ts';
import { useStill } from '../lib/still.ts';
import { useTourTurn } from '../lib/tour.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { PageKeys } from './page-keys.tsx';
import { PageList } from './page-list.tsx';
import { TopBar } from './top-bar.tsx';
import { TourBanner } from './tour/tour-banner.tsx';

/** Fetched for who is guided. */
const Guide = dynamic(async () => (await import('./tour/guide.tsx')).Guide, { ssr: false });

/** For whoever is signed in; others are led to the door. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { session, error, again } = useAskedSession();
  if (session === undefined && error !== undefined)
    return (
      <main>
        <Failure words={error} />
      </main>
    );
  if (session === undefined) return <p className="centre">{text.frame.loading}</p>;
  return (
    <SessionContext value={session}>
      <Frame onReconnected={again}>{children}</Frame>
    </SessionContext>
  );
}

function Frame({ onReconnected, children }: { readonly onReconnected: () => void; readonly children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  useReconnected(onReconnected);
  const isStill = useStill();
  const turn = useTourTurn();
  const [guide] = useKept(GUIDE_KEY);
  const isGuided = guide !== '' && guide !== SEEN;
  return (
    <div className="frame">
      <a className="skip" href="#content">
        {text.frame.skip}
      </a>
      <PageKeys />
      <TopBar isMenuOpen={isOpen} onMenu={() => setOpen(!isOpen)} />
      <PageList isOpen={isOpen} onChosen={() => setOpen(false)} />
      <main id="content" className={isStill ? undefined : 'not-yet'} aria-busy={!isStill} tabIndex={-1}>
        <TourBanner />
        {/* What a page shows is another when recorded attacks come or go. */}
        <Fragment key={turn}>{children}</Fragment>
      </main>
      {isGuided && (
        <Suspense>
          <Guide />
        </Suspense>
      )}
    </div>
  );
}
