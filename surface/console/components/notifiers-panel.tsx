'use client';
/** Who is told of incidents, as the configuration has it. */
import { Link } from './link.tsx';
import { useCallback } from 'react';
import { api } from '../lib/api.ts';
import { sectionOf } from '../lib/configuration.ts';
import { visibleLines } from '../lib/format.ts';
import { useLoaded } from '../lib/hooks.ts';
import * as text from '../text/index.ts';
import { CopyButton } from './copy-button.tsx';
import { Failure } from './failure.tsx';
import { Empty, Panel } from './panel.tsx';

const words = text.settings.notifiers;

export function NotifiersPanel() {
  const { value, error } = useLoaded(useCallback(() => api.getConfiguration(), []));
  const section = sectionOf(value?.text ?? '', 'alert');
  return (
    <>
      <Panel title={words.title} tools={<Link href="/settings/?section=configuration&edit=1">{words.edit}</Link>}>
        <p className="dim">{words.about}</p>
        <Failure words={error} />
        {value !== undefined &&
          (section === '' ? (
            <Empty title={words.none}>
              <p>{words.noneWhy}</p>
            </Empty>
          ) : (
            <pre className="configuration-text" data-testid="alert-section">
              {visibleLines(section)}
            </pre>
          ))}
      </Panel>
      <Panel title={words.health}>
        <p className="dim">{words.healthWhy}</p>
        <ul className="plain">
          {words.commands.map(([command, what]) => (
            <li key={command}>
              <span>
                <code>{command}</code> <CopyButton value={command} />
              </span>
              <span className="dim">{what}</span>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}
