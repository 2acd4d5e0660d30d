'use client';
/** Who else came with the same client, or from the same network. */
import type { AttackerStory } from '@netsentinel/client';
import { Link } from '../link.tsx';
import { useCallback, useState } from 'react';
import { segment } from '../../lib/api.ts';
import { relatedTo } from '../../lib/attackers.ts';
import { visible } from '../../lib/format.ts';
import { useLoaded } from '../../lib/hooks.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';
import { Panel } from '../panel.tsx';

const words = text.attackers;

export function RelatedPanel({ story }: { readonly story: AttackerStory }) {
  // Of the attacker as the page was opened: a story that grows by the second does not ask anew.
  const [first] = useState(story);
  const { value, error } = useLoaded(useCallback(() => relatedTo(first), [first]));
  return (
    <Panel title={words.related}>
      <p className="dim">{words.relatedAbout}</p>
      <Failure words={error} />
      {value === undefined ? (
        error === undefined && <p className="dim">{text.frame.loading}</p>
      ) : value.length === 0 ? (
        <p className="dim">{words.noRelated}</p>
      ) : (
        <ul className="chips">
          {value.map(({ actor, by }) => (
            <li key={actor} className="chip">
              <Link href={`/attacker/?address=${segment(actor)}`}>
                <code>{visible(actor)}</code>
              </Link>{' '}
              <span className="dim">{by === 'network' ? words.sameNetwork : words.sameClient(by)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
