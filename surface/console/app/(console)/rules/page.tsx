'use client';
/** All rules that events are held against. */
import { MAX_FILTER_CHARS } from '@netsentinel/contracts/incident-words';
import type { RuleCard, RuleLevel } from '@netsentinel/contracts/rule-card';
import { useCallback, useEffect, useState } from 'react';
import { ExportButtons } from '../../../components/export-buttons.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Link } from '../../../components/link.tsx';
import { Ago } from '../../../components/moment.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Empty, Panel } from '../../../components/panel.tsx';
import { LevelBadge } from '../../../components/rules/level-badge.tsx';
import { RuleState, setName } from '../../../components/rules/rule-state.tsx';
import { api, segment } from '../../../lib/api.ts';
import { visible } from '../../../lib/format.ts';
import { useLoaded, useNow, useSettled, wordsOf } from '../../../lib/hooks.ts';
import { useMay } from '../../../lib/session.ts';
import { useView } from '../../../lib/url-view.ts';
import * as text from '../../../text/index.ts';
import './rules.css';

const words = text.rules;
const DEFAULTS = { q: '', level: '', enabled: '', technique: '' };
type View = typeof DEFAULTS;
const PAGE = 200;
const TYPING_MS = 200;
/** The most severe first. */
const LEVELS: readonly RuleLevel[] = ['critical', 'high', 'medium', 'low', 'informational'];
const HEAD = ['id', 'kind', 'title', 'level', 'status', 'techniques', 'set', 'enabled'] as const;

export default function RulesPage() {
  const [view, change] = useView(DEFAULTS);
  const mayWrite = useMay('rules:write');
  const { rules, next, error, more, isLoading } = useRules(view);
  return (
    <div className="rules">
      <PageHead title={words.title} about={words.about}>
        {mayWrite && (
          <Link className="quiet" href="/rule-editor/">
            {words.newRule}
          </Link>
        )}
      </PageHead>
      <OwnTexts />
      <section className="panel" aria-label={words.title}>
        <Filters view={view} onChange={change} />
        <Failure words={error} />
        {rules === undefined && error === undefined && <p className="centre">{words.loading}</p>}
        {rules !== undefined && (
          <>
            <p className="facts-line">
              <span className="dim" role="status">
                {words.shown(rules.length, next !== undefined)}
              </span>
              <ExportButtons name="netsentinel-rules" head={HEAD} rows={() => rules.map(rowOf)} json={() => rules} />
            </p>
            {rules.length === 0 ? (
              <Empty title={words.none}>
                <p>{words.noneWhy}</p>
              </Empty>
            ) : (
              <RuleTable rules={rules} onTechnique={(technique) => change({ technique }, { remember: true })} />
            )}
          </>
        )}
        {next !== undefined && (
          <p>
            <button type="button" disabled={isLoading} onClick={more}>
              {words.more}
            </button>
          </p>
        )}
      </section>
    </div>
  );
}

function rowOf(rule: RuleCard): readonly string[] {
  const { id, kind, title, level = '', status = '', techniques, set, enabled } = rule;
  return [id, kind, title, level, status, techniques.join(' '), set, String(enabled)];
}

function useRules({ q: typed, level, enabled, technique }: View) {
  const q = useSettled(typed, TYPING_MS);
  const [state, setState] = useState<{ rules?: readonly RuleCard[]; next?: string | undefined; error?: string }>({});
  const [isLoading, setLoading] = useState(true);
  const ask = useCallback(
    (after?: string) =>
      api.listRules({
        text: q,
        level: LEVELS.find((one) => one === level),
        enabled: enabled === 'true' || enabled === 'false' ? enabled : undefined,
        technique: /^T\d{4}(\.\d{3})?$/.test(technique) ? technique : undefined,
        limit: PAGE,
        after,
      }),
    [q, level, enabled, technique],
  );
  useEffect(() => {
    let isCurrent = true;
    setLoading(true);
    ask()
      .then(
        ({ rules, next }) => isCurrent && setState({ rules, next }),
        (problem: unknown) => isCurrent && setState((old) => ({ ...old, error: wordsOf(problem) })),
      )
      .finally(() => isCurrent && setLoading(false));
    return () => {
      isCurrent = false;
    };
  }, [ask]);
  const more = (): void => {
    const of = state.rules;
    setLoading(true);
    ask(state.next)
      .then(
        ({ rules, next }) => setState((old) => (old.rules === of ? { rules: [...(of ?? []), ...rules], next } : old)),
        (problem: unknown) => setState((old) => ({ ...old, error: wordsOf(problem) })),
      )
      .finally(() => setLoading(false));
  };
  return { ...state, more, isLoading };
}

function Filters({ view, onChange }: { readonly view: View; readonly onChange: (parts: Partial<View>) => void }) {
  return (
    <div className="rules-filters" role="search" aria-label={words.title}>
      <input
        type="search"
        aria-label={words.search}
        placeholder={words.searchHint}
        maxLength={MAX_FILTER_CHARS}
        value={view.q}
        onChange={(e) => onChange({ q: e.target.value })}
      />
      <select aria-label={words.level} value={view.level} onChange={(e) => onChange({ level: e.target.value })}>
        <option value="">{words.anyLevel}</option>
        {LEVELS.map((level) => (
          <option key={level} value={level}>
            {words.levels[level]}
          </option>
        ))}
      </select>
      <select aria-label={words.state} value={view.enabled} onChange={(e) => onChange({ enabled: e.target.value })}>
        {(['', 'true', 'false'] as const).map((state) => (
          <option key={state} value={state}>
            {words.states[state]}
          </option>
        ))}
      </select>
      {view.technique !== '' && (
        <button type="button" className="small" onClick={() => onChange({ technique: '' })}>
          {words.technique}: {visible(view.technique)} ×
        </button>
      )}
    </div>
  );
}

function RuleTable(props: { readonly rules: readonly RuleCard[]; readonly onTechnique: (technique: string) => void }) {
  return (
    <table className="queue rules-table" aria-label={words.title}>
      <thead>
        <tr>
          {(['level', 'title', 'status', 'techniques', 'set', 'state'] as const).map((column) => (
            <th key={column} scope="col">
              {words.columns[column]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rules.map((rule) => (
          <tr key={rule.id} data-testid="rule">
            <td>
              <LevelBadge level={rule.level} />
            </td>
            <td>
              <Link href={`/rule/?id=${segment(rule.id)}`}>
                {visible(rule.title)}
                {rule.kind === 'correlation' && <span className="dim"> {words.correlation}</span>}
              </Link>
            </td>
            <td className="dim">{rule.status === undefined ? '' : words.statuses[rule.status]}</td>
            <td>
              <span className="chips">
                {rule.techniques.map((technique) => (
                  <button
                    key={technique}
                    type="button"
                    className="small chip"
                    onClick={() => props.onTechnique(technique)}
                  >
                    {visible(technique)}
                  </button>
                ))}
              </span>
            </td>
            <td>{setName(rule.set)}</td>
            <td>
              <RuleState rule={rule} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const loadOwn = (): ReturnType<typeof api.listOwnRules> => api.listOwnRules();

function OwnTexts() {
  const { value, error } = useLoaded(loadOwn);
  const now = useNow();
  const mayWrite = useMay('rules:write');
  return (
    <Panel title={words.own} className="rules-own">
      <p className="dim">{words.ownAbout}</p>
      <Failure words={error} />
      {value?.files.length === 0 && <p>{words.ownNone}</p>}
      <ul className="rule-own">
        {value?.files.map((own) => (
          <li key={own.name} data-testid="own-rules">
            <Link href={`/rule-editor/?name=${segment(own.name)}`}>
              {mayWrite ? `${words.edit} ` : ''}
              {visible(own.name)}
            </Link>
            <span>{words.ownRules(own.rules.length)}</span>
            {own.faults.length > 0 && (
              <span className="badge severity-high" title={visible(own.faults.map((f) => f.error).join('\n'))}>
                {words.ownFaults(own.faults.length)}
              </span>
            )}
            <span className="dim">
              {visible(own.by)}, <Ago at={Date.parse(own.at)} now={now} />: {visible(own.reason)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
