'use client';
/** One technique beside the matrix: what it is, what looks for it, who did it. */
import { ExternalLink, X } from 'lucide-react';
import { Link } from '../link.tsx';
import { useCallback, useEffect, useId, useRef } from 'react';
import { api, segment, type AttackNames } from '../../lib/api.ts';
import type { Technique } from '../../lib/attack-matrix.ts';
import { visible } from '../../lib/format.ts';
import { nameOf, useLoaded, useNow } from '../../lib/hooks.ts';
import { useMay } from '../../lib/session.ts';
import { useIsShown } from '../../lib/still.ts';
import * as text from '../../text/index.ts';
import { SeverityBadge } from '../badges.tsx';
import { CopyButton } from '../copy-button.tsx';
import { Failure } from '../failure.tsx';
import { Ago } from '../moment.tsx';

const words = text.attack;
const SHOWN = 8;

export function TechniquePanel({
  technique,
  names,
  onClose,
}: {
  readonly technique: Technique;
  readonly names: AttackNames;
  readonly onClose: () => void;
}) {
  const { id, name } = technique;
  const above = id.includes('.') ? id.split('.', 1)[0]! : undefined;
  const whole = useRef<HTMLElement>(null);
  const heading = useId();
  const { value: told, error } = useLoaded(useCallback(() => api.getAttackTechnique({ id }), [id]));
  const isShown = useIsShown();
  useEffect(() => {
    if (isShown) whole.current?.focus();
  }, [id, isShown]);
  useEffect(() => () => document.querySelector<HTMLElement>(`[data-technique="${id}"]`)?.focus(), [id]);
  return (
    <aside
      ref={whole}
      className="panel attack-side"
      aria-labelledby={heading}
      tabIndex={-1}
      data-testid="technique"
      onKeyDown={(e) => {
        if (e.key === 'Escape') onClose();
      }}
    >
      <div className="panel-head">
        <span>
          <code>{id}</code> <CopyButton value={id} />
        </span>
        <button type="button" className="quiet icon" aria-label={words.close} onClick={onClose}>
          <X size={16} aria-hidden />
        </button>
      </div>
      <h2 id={heading}>{name}</h2>
      <Failure words={error} />
      {above !== undefined && (
        <p className="dim">
          {words.partOf} {nameOf(names.techniques, above)} ({above})
        </p>
      )}
      {told !== undefined && (
        <>
          <p>{told.description}</p>
          <ul className="chips" aria-label={words.tactics}>
            {told.tactics.map((tactic) => (
              <li key={tactic} className="chip">
                {nameOf(names.tactics, tactic) ?? tactic}
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        <a
          href={`https://attack.mitre.org/techniques/${id.replace('.', '/')}/`}
          target="_blank"
          rel="noopener noreferrer"
        >
          {words.atMitre} <ExternalLink size={12} aria-hidden />
        </a>
      </p>
      {technique.covered !== undefined && <Covering technique={technique} />}
      <Shown technique={technique} />
    </aside>
  );
}

function Covering({ technique: { id, covered, rules, detections } }: { readonly technique: Technique }) {
  const mayRead = useMay('rules:read');
  const { value, error } = useLoaded(
    useCallback(
      async () =>
        mayRead && rules > 0 ? (await api.listRules({ technique: id, enabled: 'true', limit: SHOWN })).rules : [],
      [id, rules, mayRead],
    ),
  );
  return (
    <section>
      <h3>{words.coveredBy}</h3>
      <Failure words={error} />
      {covered === 0 && <p className="dim">{words.gap}</p>}
      <ul className="attack-list">
        {value?.map((rule) => (
          <li key={rule.id}>
            <Link href={`/rule/?id=${segment(rule.id)}`}>{visible(rule.title)}</Link>{' '}
            {rule.level !== undefined && <span className="dim">{rule.level}</span>}
          </li>
        ))}
        {detections.map((one) => (
          <li key={one.id}>
            {one.title} <span className="dim">{words.builtIn}</span>
          </li>
        ))}
      </ul>
      {rules > 0 && <Link href={`/rules/?technique=${id}`}>{words.allRules(rules)}</Link>}
    </section>
  );
}

function Shown({ technique: { id, hits, attackers } }: { readonly technique: Technique }) {
  const now = useNow(30_000);
  const { value, error } = useLoaded(
    useCallback(
      async () => (hits === 0 ? [] : (await api.listIncidents({ text: id, limit: SHOWN })).incidents),
      // Anew when there are more of them.
      [id, hits],
    ),
  );
  return (
    <section>
      <h3>{words.seenIn}</h3>
      <Failure words={error} />
      <p className="dim">{hits === 0 ? words.notSeen : words.seen(hits, attackers)}</p>
      <ul className="attack-list">
        {value?.map((one) => (
          <li key={one.id}>
            <SeverityBadge severity={one.severity} />{' '}
            <Link href={`/incident/?id=${segment(one.id)}`}>{visible(one.title)}</Link>{' '}
            <span className="dim">
              <code>{visible(one.actor)}</code>, <Ago at={one.lastSeen} now={now} />
            </span>
          </li>
        ))}
      </ul>
      <Link href={`/incidents/?text=${id}`}>{words.allIncidents}</Link>
    </section>
  );
}
