'use client';
/** The guide: a small window beside what it tells of, from page to page; never in the way of using them. */
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useId, useRef, type KeyboardEvent } from 'react';
import { guideSteps, stepOf } from '../../lib/guide.ts';
import { GUIDE_KEY, SEEN } from '../../lib/guide-key.ts';
import { useKept } from '../../lib/kept.ts';
import { useSession } from '../../lib/session.ts';
import { useTour } from '../../lib/tour.ts';
import * as text from '../../text/index.ts';
import { hasPage } from '../page-list.tsx';

const words = text.guide;
/** The mark that a page's part has while it is told of (tour.css). */
const MARK = 'data-guided';

export function Guide() {
  const [kept, setKept] = useKept(GUIDE_KEY);
  const { role } = useSession();
  const isOnTour = useTour() !== undefined;
  const steps = guideSteps(isOnTour, (href) => hasPage(href, role));
  const n = stepOf(kept, steps.length);
  if (n === undefined) return null;
  const to = (step: number): void => setKept(step >= steps.length ? SEEN : String(Math.max(0, step)));
  return <Step key={steps[n]!.name} n={n} steps={steps} onStep={to} onSkip={() => setKept(SEEN)} />;
}

function Step(props: {
  readonly n: number;
  readonly steps: ReturnType<typeof guideSteps>;
  readonly onStep: (step: number) => void;
  readonly onSkip: () => void;
}) {
  const { n, steps, onStep, onSkip } = props;
  const { name, href, shows } = steps[n]!;
  const said = words.steps[name];
  const id = useId();
  const title = useRef<HTMLHeadingElement>(null);
  const router = useRouter();
  const query = useSearchParams().toString();
  const here = `${usePathname()}${query === '' ? '' : `?${query}`}`;
  const isThere = samePage(here, href);
  useEffect(() => {
    if (!isThere) router.push(href);
    // Once a step: whoever goes elsewhere meanwhile is not held.
  }, [href]);
  useEffect(() => (isThere ? pointAt(shows) : undefined), [isThere, shows]);
  useEffect(() => title.current?.focus(), []);
  const isLast = n === steps.length - 1;
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onSkip();
  };
  return (
    <div className="guide" role="dialog" aria-labelledby={id} aria-describedby={`${id}w`} onKeyDown={onKey}>
      <p className="dim guide-step">{words.step(n + 1, steps.length)}</p>
      <h2 id={id} ref={title} tabIndex={-1}>
        {said.title}
      </h2>
      <p id={`${id}w`}>{said.words}</p>
      <div className="guide-ways">
        <button type="button" className="quiet" onClick={onSkip}>
          {words.skip}
        </button>
        {n > 0 && (
          <button type="button" onClick={() => onStep(n - 1)}>
            {words.back}
          </button>
        )}
        <button type="button" className="primary" onClick={() => onStep(n + 1)}>
          {isLast ? words.done : words.next}
        </button>
      </div>
    </div>
  );
}

/** Whether this address is that page: other parts of the view may stand in it too. */
function samePage(here: string, href: string): boolean {
  const [a, b] = [new URL(here, 'http://console'), new URL(href, 'http://console')];
  return a.pathname === b.pathname && [...b.searchParams].every(([name, value]) => a.searchParams.get(name) === value);
}

/** Marks what it tells of once it is there, and brings it into view. @returns ends it */
function pointAt(shows: string): () => void {
  let marked: Element | undefined;
  const look = (): void => {
    const found = document.querySelector(shows);
    if (found === null || found === marked) return;
    marked?.removeAttribute(MARK);
    marked = found;
    found.setAttribute(MARK, '');
    // `scroll-margin` of tour.css keeps it from under the frame.
    found.scrollIntoView({ block: 'start' });
  };
  const watch = new MutationObserver(() => {
    if (marked?.isConnected !== true) look();
  });
  watch.observe(document.body, { childList: true, subtree: true });
  look();
  return () => {
    watch.disconnect();
    marked?.removeAttribute(MARK);
  };
}
