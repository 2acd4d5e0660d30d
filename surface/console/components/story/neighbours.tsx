'use client';
/** From one incident of the queue to the next. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { segment } from '../../lib/api.ts';
import { useNeighbours } from '../../lib/neighbours.ts';
import type { Filters } from '../../lib/queue-query.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import * as text from '../../text/index.ts';
import { Link } from '../link.tsx';

const words = text.incident;

/** `search`: the queue's filters as an address has them, with `?`; empty where there are none. */
export function NeighbourLinks(props: { readonly id: string; readonly search: string; readonly filters: Filters }) {
  const { id, search, filters } = props;
  const router = useRouter();
  const neighbours = useNeighbours(id, search, filters);
  const { previous, next } = neighbours ?? {};
  const hrefOf = (other: string): string => `/incident/?id=${segment(other)}${search.replace('?', '&')}`;
  useShortcuts({
    j: () => next !== undefined && router.push(hrefOf(next)),
    k: () => previous !== undefined && router.push(hrefOf(previous)),
  });
  return (
    <nav className="neighbours" aria-label={words.neighbours}>
      <Step href={previous === undefined ? undefined : hrefOf(previous)}>
        <ChevronLeft size={15} aria-hidden /> {words.previous}
      </Step>
      <span className="dim">
        {neighbours === undefined ? '' : words.place(neighbours.place, neighbours.of, neighbours.more)}
      </span>
      <Step href={next === undefined ? undefined : hrefOf(next)}>
        {words.next} <ChevronRight size={15} aria-hidden />
      </Step>
    </nav>
  );
}

function Step({ href, children }: { readonly href: string | undefined; readonly children: ReactNode }) {
  return href === undefined ? (
    <span className="neighbour" aria-hidden>
      {children}
    </span>
  ) : (
    <Link className="neighbour" href={href}>
      {children}
    </Link>
  );
}
