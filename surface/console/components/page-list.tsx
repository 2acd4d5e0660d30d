'use client';
/** The pages that who is signed in may see. */
import type { Permission, Role } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import {
  Activity,
  BellOff,
  Gauge,
  Grid3x3,
  Radar,
  Radio,
  ScanSearch,
  ScrollText,
  Search,
  Settings,
  ShieldCheck,
  Siren,
  Skull,
  type LucideIcon,
} from 'lucide-react';
import { Link } from './link.tsx';
import { usePathname } from 'next/navigation';
import { showKeys } from '../lib/page-keys.ts';
import { useSession } from '../lib/session.ts';
import * as text from '../text/index.ts';

interface Page {
  readonly href: string;
  readonly name: keyof typeof text.frame.page;
  readonly icon: LucideIcon;
  readonly permission?: Permission;
  /** Pages of single things that belong to it. */
  readonly parts?: readonly string[];
}

const GROUPS: readonly (readonly [name: keyof typeof text.frame.groups, pages: readonly Page[]])[] = [
  [
    'watch',
    [
      { href: '/', name: 'overview', icon: Gauge },
      { href: '/live/', name: 'live', icon: Radio, permission: 'incidents:read' },
      { href: '/incidents/', name: 'incidents', icon: Siren, parts: ['/incident/'] },
      { href: '/attackers/', name: 'attackers', icon: Skull, parts: ['/attacker/'] },
      { href: '/decoys/', name: 'decoys', icon: Radar, permission: 'decoys:read', parts: ['/decoy/'] },
    ],
  ],
  [
    'investigate',
    [
      { href: '/hunt/', name: 'hunt', icon: Search, permission: 'events:read' },
      { href: '/attack/', name: 'attack', icon: Grid3x3, permission: 'incidents:read' },
      {
        href: '/rules/',
        name: 'rules',
        icon: ScanSearch,
        permission: 'rules:read',
        parts: ['/rule/', '/rule-editor/'],
      },
      { href: '/exceptions/', name: 'exceptions', icon: BellOff },
    ],
  ],
  ['act', [{ href: '/response/', name: 'response', icon: ShieldCheck }]],
  [
    'run',
    [
      { href: '/system/', name: 'system', icon: Activity, permission: 'system:read' },
      { href: '/audit/', name: 'audit', icon: ScrollText, permission: 'audit:read' },
      { href: '/settings/', name: 'settings', icon: Settings },
    ],
  ],
];

/** The key that leads to each page after `g`. */
const KEYS: Readonly<Record<keyof typeof text.frame.page, string>> = {
  overview: 'o',
  live: 'l',
  incidents: 'i',
  attackers: 'a',
  decoys: 'd',
  hunt: 'h',
  attack: 'm',
  rules: 'u',
  exceptions: 'e',
  response: 'r',
  system: 'y',
  audit: 't',
  settings: 's',
};

/** The pages that this role may see, with the keys that lead there. */
export function pageKeys(
  role: Role,
): readonly { readonly keys: string; readonly href: string; readonly name: string }[] {
  return GROUPS.flatMap(([, pages]) => pages)
    .filter(({ permission }) => permission === undefined || mayDo(role, permission))
    .map(({ href, name }) => ({ keys: `g ${KEYS[name]}`, href, name: text.frame.page[name] }));
}

/** Whether there is such a page, and this role may see it. */
export function hasPage(href: string, role: Role): boolean {
  const page = GROUPS.flatMap(([, pages]) => pages).find((one) => one.href === href);
  return page !== undefined && (page.permission === undefined || mayDo(role, page.permission));
}

export function PageList({ isOpen, onChosen }: { readonly isOpen: boolean; readonly onChosen: () => void }) {
  const { role } = useSession();
  const path = usePathname();
  return (
    <nav id="pages" className={isOpen ? 'pages open' : 'pages'} aria-label={text.frame.pages}>
      {GROUPS.map(([group, pages]) => (
        <section key={group} aria-label={text.frame.groups[group]}>
          <h2>{text.frame.groups[group]}</h2>
          <ul>
            {pages
              .filter(({ permission }) => permission === undefined || mayDo(role, permission))
              .map(({ href, name, icon: Icon, parts }) => (
                <li key={href}>
                  <Link
                    href={href}
                    aria-current={path === href || parts?.includes(path) ? 'page' : undefined}
                    onClick={onChosen}
                  >
                    <Icon size={16} aria-hidden /> {text.frame.page[name]}
                  </Link>
                </li>
              ))}
          </ul>
        </section>
      ))}
      <button className="quiet small keys-button" type="button" onClick={showKeys}>
        {text.frame.keys} <kbd>?</kbd>
      </button>
    </nav>
  );
}
