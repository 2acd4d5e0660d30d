'use client';
/** The pages that who is signed in may see. */
import type { Permission } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import {
  Activity,
  BellOff,
  Gauge,
  Radar,
  ScrollText,
  Settings,
  ShieldCheck,
  Siren,
  Skull,
  type LucideIcon,
} from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useState } from 'react';
import { useSession } from '../lib/session.ts';
import { text } from '../text/index.ts';

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
      { href: '/incidents/', name: 'incidents', icon: Siren, parts: ['/incident/'] },
      { href: '/attackers/', name: 'attackers', icon: Skull, parts: ['/attacker/'] },
      { href: '/decoys/', name: 'decoys', icon: Radar, permission: 'decoys:read', parts: ['/decoy/'] },
    ],
  ],
  ['investigate', [{ href: '/exceptions/', name: 'exceptions', icon: BellOff }]],
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
              .map((page) => (
                <li key={page.href}>
                  <PageLink
                    page={page}
                    isHere={path === page.href || page.parts?.includes(path) === true}
                    onChosen={onChosen}
                  />
                </li>
              ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

/** Its script is fetched when somebody is about to go there: with the first page it would be more than that page itself. */
function PageLink(props: { readonly page: Page; readonly isHere: boolean; readonly onChosen: () => void }) {
  const { href, name, icon: Icon } = props.page;
  const [isNear, setNear] = useState(false);
  return (
    <Link
      href={href}
      prefetch={isNear ? null : false}
      aria-current={props.isHere ? 'page' : undefined}
      onMouseEnter={() => setNear(true)}
      onFocus={() => setNear(true)}
      onClick={props.onChosen}
    >
      <Icon size={16} aria-hidden /> {text.frame.page[name]}
    </Link>
  );
}
