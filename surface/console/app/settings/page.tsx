'use client';
/** People who have an account, and tokens for programs. */
import { useEffect } from 'react';
import { PeoplePanel } from '../../components/people-panel.tsx';
import { Shell } from '../../components/shell.tsx';
import { TokensPanel } from '../../components/tokens-panel.tsx';
import { visible } from '../../lib/format.ts';
import { describeRole } from '../../lib/roles.ts';
import { useMay, useSession } from '../../lib/session.ts';
import './settings.css';

export default function SettingsPage() {
  return (
    <Shell>
      <Settings />
    </Shell>
  );
}

function Settings() {
  const { account, role } = useSession();
  const maySeePeople = useMay('users:read');
  useEffect(() => {
    document.title = 'People and tokens – NetSentinel';
  }, []);
  return (
    <article className="story settings">
      <header>
        <h1>{maySeePeople ? 'People and tokens' : 'Tokens'}</h1>
        <p className="dim">
          Signed in as <strong>{visible(account)}</strong> with the role <strong>{role}</strong>. {describeRole(role)}
        </p>
      </header>
      {maySeePeople && <PeoplePanel />}
      <TokensPanel />
    </article>
  );
}
