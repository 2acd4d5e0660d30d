'use client';
/** One rule: what it looks for, what it leaves alone, and what was done with it. */
import type { RuleDetail } from '@netsentinel/contracts/rule-card';
import { useCallback } from 'react';
import { CopyButton } from '../../../components/copy-button.tsx';
import { ExceptionCard } from '../../../components/exception-card.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Link } from '../../../components/link.tsx';
import { Ago } from '../../../components/moment.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ExceptionForm } from '../../../components/rules/exception-form.tsx';
import { LevelBadge } from '../../../components/rules/level-badge.tsx';
import { RuleState, setName } from '../../../components/rules/rule-state.tsx';
import { RuleSwitch } from '../../../components/rules/rule-switch.tsx';
import { RuleTrial } from '../../../components/rules/rule-trial.tsx';
import { api, segment } from '../../../lib/api.ts';
import { exactTime, visible, visibleLines } from '../../../lib/format.ts';
import { nameOf, useAttackNames, useLoaded, useNow } from '../../../lib/hooks.ts';
import { onlyRule, ruleAt } from '../../../lib/rule-texts.ts';
import { useMay } from '../../../lib/session.ts';
import { useView } from '../../../lib/url-view.ts';
import * as text from '../../../text/index.ts';
import '../rules/rules.css';

const words = text.rules;
const DEFAULTS = { id: '' };
const OWN = 'own-rules';

export default function RulePage() {
  const [{ id }] = useView(DEFAULTS);
  const { value, error, reload } = useLoaded(
    useCallback(async () => {
      const [rule, history] = await Promise.all([api.getRule({ id }), api.listRuleHistory({ id })]);
      return { rule, history };
    }, [id]),
  );
  return (
    <div className="rule">
      <nav className="crumbs" aria-label={words.crumbs}>
        <Link href="/rules/">{words.title}</Link>
      </nav>
      {value === undefined ? (
        <>
          <PageHead title={words.title} />
          {error === undefined ? <p className="centre">{words.loading}</p> : <Failure words={error} />}
        </>
      ) : (
        <Rule rule={value.rule} history={value.history} error={error} onChange={reload} />
      )}
    </div>
  );
}

function Rule(props: {
  readonly rule: RuleDetail;
  readonly history: Awaited<ReturnType<typeof api.listRuleHistory>>;
  readonly error: string | undefined;
  readonly onChange: () => void;
}) {
  const { rule, history, onChange } = props;
  const names = useAttackNames();
  const mayRead = useMay('events:read');
  const mayWrite = useMay('rules:write');
  const mayExcept = useMay('exceptions:write');
  return (
    <>
      <PageHead
        title={visible(rule.title)}
        about={rule.description === undefined ? undefined : visible(rule.description)}
      >
        <LevelBadge level={rule.level} />
        <RuleState rule={rule} />
        {mayWrite && rule.set === OWN && (
          <Link className="quiet" href={`/rule-editor/?name=${segment(nameOfFile(rule.file))}`}>
            {words.editIt}
          </Link>
        )}
        {mayWrite && rule.kind === 'rule' && (
          <Link className="quiet" href={`/rule-editor/?of=${segment(rule.id)}`}>
            {words.copy}
          </Link>
        )}
      </PageHead>
      <Failure words={props.error} />
      {rule.problem !== undefined && <Failure words={visible(rule.problem)} />}
      <div className="rule-parts">
        <div>
          <Panel title={words.text} tools={<CopyButton value={rule.text} />}>
            <pre className="rule-text" tabIndex={0} aria-label={words.textLabel}>
              {visibleLines(rule.text)}
            </pre>
          </Panel>
          {mayRead && rule.kind === 'rule' && <RuleTrial text={alone(rule)} />}
          <Panel title={words.exceptions}>
            {rule.exceptions.length === 0 ? (
              <p className="dim">{words.noExceptions}</p>
            ) : (
              <div className="exceptions">
                {rule.exceptions.map((one) => (
                  <ExceptionCard key={one.id} exception={one} onChange={onChange} withIncident />
                ))}
              </div>
            )}
            {rule.kind === 'correlation' ? (
              <p className="dim">{words.noneOfCorrelations}</p>
            ) : (
              mayExcept && <ExceptionForm rule={rule.id} onChange={onChange} />
            )}
          </Panel>
        </div>
        <div>
          <RuleSwitch rule={rule} onChange={onChange} />
          <Facts rule={rule} names={names?.techniques} />
          <History history={history} />
        </div>
      </div>
    </>
  );
}

function Facts({
  rule,
  names,
}: {
  readonly rule: RuleDetail;
  readonly names: Readonly<Record<string, string>> | undefined;
}) {
  const { logsource, rules = [] } = rule;
  const logs = Object.values(logsource ?? {}).join(', ');
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    [words.facts.id, rule.id],
    [words.facts.set, setName(rule.set)],
    [words.facts.file, rule.file],
    [words.facts.status, rule.status],
    [words.facts.logsource, logs === '' ? undefined : logs],
    [words.facts.author, rule.author],
    [words.facts.date, rule.date],
    [words.facts.modified, rule.modified],
    [words.facts.tags, rule.tags.length === 0 ? undefined : rule.tags.join(', ')],
    [words.facts.falsePositives, rule.falsePositives.length === 0 ? undefined : rule.falsePositives.join('; ')],
    // A link in a rule of somebody else's is a text: where it leads nobody has looked.
    [words.facts.references, rule.references.length === 0 ? undefined : rule.references.join('\n')],
  ];
  return (
    <Panel title={words.aboutIt}>
      <p className="chips">
        {rule.techniques.map((technique) => (
          <Link key={technique} className="chip" href={`/attack/?technique=${segment(technique)}`}>
            <code>{visible(technique)}</code> {nameOf(names, technique)}
          </Link>
        ))}
      </p>
      <dl className="facts">
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{visibleLines(value)}</dd>
              </div>
            ),
        )}
        {rules.length > 0 && (
          <div>
            <dt>{words.facts.rests}</dt>
            <dd>
              {rules.map((id) => (
                <Link key={id} href={`/rule/?id=${segment(id)}`}>
                  {visible(id)}{' '}
                </Link>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}

function History({ history }: { readonly history: Awaited<ReturnType<typeof api.listRuleHistory>> }) {
  const now = useNow();
  const all = [
    ...history.words.map(({ enabled, ...one }) => ({ ...one, did: enabled ? words.turnedOn : words.turnedOff })),
    ...history.changes.map(({ change, ...one }) => ({ ...one, did: words.changes[change], until: undefined })),
  ].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return (
    <Panel title={words.history}>
      {all.length === 0 && <p className="dim">{words.noHistory}</p>}
      <ol className="rule-history">
        {all.map(({ by, at, did, reason, until }, n) => (
          <li key={n}>
            <strong>{visible(by)}</strong> {did}
            {until !== undefined && ` ${words.until(exactTime(Date.parse(until)))}`},{' '}
            <Ago at={Date.parse(at)} now={now} />
            <div className="dim">“{visible(reason)}”</div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** A file may have others. */
function alone({ text: whole, line }: RuleDetail): string {
  const at = ruleAt(whole, line);
  return at === undefined ? whole : onlyRule(whole, at);
}

/** Of a text of one's own: its file is called so. */
function nameOfFile(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.yml$/, '');
}
