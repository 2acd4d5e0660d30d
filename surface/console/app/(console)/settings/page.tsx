'use client';
/** One's own account, people who have one, tokens and programs, who is told, and the configuration. */
import { AccountPanel } from '../../../components/account-panel.tsx';
import { ConfigurationPanel } from '../../../components/configuration/configuration-panel.tsx';
import { NotifiersPanel } from '../../../components/notifiers-panel.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { PeoplePanel } from '../../../components/people-panel.tsx';
import { ProgramsPanel } from '../../../components/programs-panel.tsx';
import { SectionTabs } from '../../../components/section-tabs.tsx';
import { TokensPanel } from '../../../components/tokens-panel.tsx';
import { visible } from '../../../lib/format.ts';
import { describeRole } from '../../../lib/roles.ts';
import { useMay, useSession } from '../../../lib/session.ts';
import { oneOf, useView } from '../../../lib/url-view.ts';
import * as text from '../../../text/index.ts';
import './settings.css';

const DEFAULTS = { section: 'account', version: '', from: '', edit: '' };
const SECTIONS = ['account', 'people', 'tokens', 'programs', 'notifiers', 'configuration'] as const;
const words = text.settings;

export default function SettingsPage() {
  const { account, role } = useSession();
  const maySeePeople = useMay('users:read');
  const maySeeConfiguration = useMay('configuration:read');
  const [view, change] = useView(DEFAULTS);
  const allowed = SECTIONS.filter((one) => {
    if (one === 'people') return maySeePeople;
    return one === 'notifiers' || one === 'configuration' ? maySeeConfiguration : true;
  });
  const wanted = oneOf(view.section, SECTIONS);
  const section = allowed.includes(wanted) ? wanted : 'account';
  return (
    <div className="settings">
      <PageHead
        title={words.title}
        about={
          <>
            {words.signedInAs} <strong>{visible(account)}</strong> {words.withRole} <strong>{role}</strong>.{' '}
            {describeRole(role)}
          </>
        }
      />
      <SectionTabs
        label={words.parts}
        path="/settings/"
        parameter="section"
        chosen={section}
        tabs={allowed.map((id) => ({ id, name: words.tab[id] }))}
      />
      {section === 'account' && <AccountPanel />}
      {section === 'people' && <PeoplePanel />}
      {section === 'tokens' && <TokensPanel />}
      {section === 'programs' && <ProgramsPanel />}
      {section === 'notifiers' && <NotifiersPanel />}
      {section === 'configuration' && (
        <ConfigurationPanel place={view} onPlace={(place) => change(place, { remember: true })} />
      )}
    </div>
  );
}
