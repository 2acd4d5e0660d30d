'use client';
/** Parts of one page, one of them shown: links, so that each has an address and Back leads to the one before. */
import { Link } from './link.tsx';

export interface SectionTab {
  readonly id: string;
  readonly name: string;
  /** How many things are in it, where that is known. */
  readonly count?: number | undefined;
  /** Something in it waits for a person. */
  readonly isUrgent?: boolean;
}

/** `path`: of the page; the first tab has no parameter. */
export function SectionTabs({
  label,
  path,
  parameter = 'tab',
  tabs,
  chosen,
}: {
  readonly label: string;
  readonly path: string;
  readonly parameter?: string;
  readonly tabs: readonly SectionTab[];
  readonly chosen: string;
}) {
  return (
    <nav className="section-tabs" aria-label={label}>
      <ul>
        {tabs.map(({ id, name, count, isUrgent }, n) => (
          <li key={id}>
            <Link
              href={n === 0 ? path : `${path}?${parameter}=${id}`}
              aria-current={id === chosen ? 'page' : undefined}
              className={isUrgent === true ? 'urgent' : undefined}
            >
              {name}
              {count !== undefined && <span className="tab-count"> {count.toLocaleString()}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
