'use client';
/** One's own account, people who have one, and tokens for programs. */
import { useEffect } from 'react';
import { AccountPanel } from '../../../components/account-panel.tsx';
import { PeoplePanel } from '../../../components/people-panel.tsx';
import { TokensPanel } from '../../../components/tokens-panel.tsx';
import { visible } from '../../../lib/format.ts';
import { describeRole } from '../../../lib/roles.ts';
import { useMay, useSession } from '../../../lib/session.ts';
import './settings.css';

export default function SettingsPage() {
  const { account, role } = useSession();
  const maySeePeople = useMay('users:read');
  useEffect(() => {
    document.title = 'Settings – NetSentinel';
  }, []);
  return (
    <article className="story settings">
      <header>
        <h1>Settings</h1>
        <p className="dim">
          Signed in as <strong>{visible(account)}</strong> with the role <strong>{role}</strong>. {describeRole(role)}
        </p>
      </header>
      <AccountPanel />
      {maySeePeople && <PeoplePanel />}
      <TokensPanel />
    </article>
  );
}
