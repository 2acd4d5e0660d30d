'use client';
/** What the platform does now, the colours, and the way out. */
import { LogOut, Menu, Monitor, Moon, Sun } from 'lucide-react';
import { Link } from './link.tsx';
import { api } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { useConnected, useStatus } from '../lib/live.ts';
import { useSession } from '../lib/session.ts';
import { THEMES, useTheme } from '../lib/theme.ts';
import * as text from '../text/index.ts';
import { Mark } from './mark.tsx';
import { HelpButton } from './tour/help-button.tsx';

const words = text.frame;
const ICONS = { auto: Monitor, dark: Moon, light: Sun };

export function TopBar({ isMenuOpen, onMenu }: { readonly isMenuOpen: boolean; readonly onMenu: () => void }) {
  const { account } = useSession();
  const status = useStatus();
  const connected = useConnected();
  const mode = status?.responseMode;
  return (
    <header className="top">
      <button
        className="quiet menu"
        type="button"
        aria-expanded={isMenuOpen}
        aria-controls="pages"
        aria-label={words.menu}
        onClick={onMenu}
      >
        <Menu size={18} aria-hidden />
      </button>
      <Link className="brand" href="/">
        <Mark /> {words.name}
      </Link>
      <dl className="vitals" aria-label={words.platform}>
        <Vital label={words.openIncidents} value={status?.openIncidents} />
        <Vital label={words.eventsPerSecond} value={status?.eventsPerSecond} />
        <Vital label={words.blocksInForce} value={status?.blocksInForce} />
        <div className={`vital mode-${mode ?? 'unknown'}`}>
          <dt>{words.response}</dt>
          <dd>{mode ?? words.unknown}</dd>
        </div>
      </dl>
      <span className={connected ? 'link live' : 'link lost'} role="status">
        {connected ? words.live : words.reconnecting}
      </span>
      <HelpButton />
      <ThemeButton />
      <button
        className="quiet"
        type="button"
        onClick={() => {
          void api.signOut().finally(() => window.location.replace('/sign-in/'));
        }}
      >
        <LogOut size={15} aria-hidden /> <span className="words">{words.signOut}</span>{' '}
        <span className="dim who">{visible(account)}</span>
      </button>
    </header>
  );
}

function Vital({ label, value }: { readonly label: string; readonly value: number | undefined }) {
  return (
    <div className="vital">
      <dt>{label}</dt>
      <dd>{value === undefined ? words.unknown : value.toLocaleString()}</dd>
    </div>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useTheme();
  const Icon = ICONS[theme];
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
  return (
    <button
      className="quiet theme"
      type="button"
      aria-label={words.theme[theme]}
      title={words.theme[theme]}
      onClick={() => setTheme(next)}
    >
      <Icon size={16} aria-hidden />
    </button>
  );
}
