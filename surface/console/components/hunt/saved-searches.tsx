'use client';
import { X } from 'lucide-react';
import { Link } from '../link.tsx';
import { useState } from 'react';
import { visible } from '../../lib/format.ts';
import { useSaved } from '../../lib/hunt/saved.ts';
import { useSession } from '../../lib/session.ts';
import * as text from '../../text/index.ts';
import { CopyButton } from '../copy-button.tsx';
import { Panel } from '../panel.tsx';

const words = text.hunt;

export function SavedSearches() {
  const { account } = useSession();
  const { saved, keep, drop } = useSaved(account);
  const [name, setName] = useState('');
  const [isRefused, setRefused] = useState(false);
  return (
    <Panel title={words.saved}>
      <p className="dim">{words.savedAbout}</p>
      <form
        className="hunt-pick"
        onSubmit={(e) => {
          e.preventDefault();
          const isKept = keep({ name: name.trim(), search: window.location.search || '?' });
          setRefused(!isKept);
          if (isKept) setName('');
        }}
      >
        <input
          aria-label={words.saveName}
          placeholder={words.saveName}
          maxLength={80}
          value={name}
          onChange={(e) => setName(e.target.value)}
        />
        <button type="submit" disabled={name.trim() === ''}>
          {words.save}
        </button>
      </form>
      {isRefused && (
        <p className="notice bad" role="alert">
          {words.notSaved}
        </p>
      )}
      {saved.length === 0 ? (
        <p className="dim">{words.noneSaved}</p>
      ) : (
        <ul className="hunt-saved">
          {saved.map(({ name: said, search }) => (
            <li key={said}>
              <Link href={`/hunt/${search}`}>{visible(said)}</Link>
              <span>
                <CopyButton value={`${window.location.origin}/hunt/${search}`} label={words.link} />
                <button
                  className="quiet icon"
                  type="button"
                  aria-label={words.drop(visible(said))}
                  title={words.drop(visible(said))}
                  onClick={() => drop(said)}
                >
                  <X size={14} aria-hidden />
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
