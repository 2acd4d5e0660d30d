'use client';
/** Writes rules of one's own: new ones, made of a question in Hunt, or others in the place of those of a name. */
import type { PutOwnRulesAnswer } from '@netsentinel/client';
import type { OwnRules } from '@netsentinel/contracts/own-rules';
import { MAX_RULE_TEXT } from '@netsentinel/contracts/rule-limits';
import { useRouter } from 'next/navigation';
import { useCallback, useState, type FormEvent } from 'react';
import { AskFirst } from '../../../components/ask-first.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FaultyText } from '../../../components/faulty-text.tsx';
import { Link } from '../../../components/link.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Panel } from '../../../components/panel.tsx';
import { RuleConflict, type Conflict } from '../../../components/rules/rule-conflict.tsx';
import { RuleTrial, type TrialTime } from '../../../components/rules/rule-trial.tsx';
import { api, ApiError, segment, tagOf } from '../../../lib/api.ts';
import { visible } from '../../../lib/format.ts';
import { useLoaded } from '../../../lib/hooks.ts';
import { parseHunt } from '../../../lib/hunt/parse.ts';
import { timeOf } from '../../../lib/hunt/time-range.ts';
import { copyOf, ruleOfHunt, ruleTemplate, TEMPLATES, type Template } from '../../../lib/new-rule.ts';
import { RANGES } from '../../../lib/ranges.ts';
import { ruleAt, textOf } from '../../../lib/rule-texts.ts';
import { useMay } from '../../../lib/session.ts';
import { faultsOf, type TextFault } from '../../../lib/text-faults.ts';
import { oneOf, useView } from '../../../lib/url-view.ts';
import { useAttempt } from '../../../lib/use-attempt.ts';
import * as text from '../../../text/index.ts';
import '../rules/rules.css';

const words = text.rules;
const say = words.editor;
const DEFAULTS = {
  /** A question of Hunt, and the time that it was asked for. */
  q: '',
  range: '24h',
  from: '',
  to: '',
  /** Of one's own rules. */
  name: '',
  /** The id of a rule to begin with. */
  of: '',
};
type View = typeof DEFAULTS;
/** As the attribute `pattern` has it: with the flag `v`, where a `-` in a class is escaped. */
const NAME = String.raw`[a-z0-9][a-z0-9\-]{0,63}`;
const MAX_REASON = 500;
const INVALID = 422;
/** There is another version than the one that was read; the name is taken. */
const CONFLICTS: ReadonlySet<number> = new Set([412, 428]);

interface Begun {
  readonly view: View;
  readonly own: OwnRules | undefined;
  /** What the field begins with. */
  readonly first: string;
}

export default function RuleEditorPage() {
  const [view] = useView(DEFAULTS);
  const { value: begun, error } = useLoaded(useCallback(() => begin(view), [view]));
  const { name } = view;
  return (
    <div className="rule-editor">
      <nav className="crumbs" aria-label={words.crumbs}>
        <Link href="/rules/">{words.title}</Link>
      </nav>
      <PageHead title={name === '' ? say.titleNew : say.title(visible(name))} about={say.about} />
      <Failure words={error} />
      {begun !== undefined && <Editor key={JSON.stringify(begun.view)} begun={begun} />}
    </div>
  );
}

async function begin(view: View): Promise<Begun> {
  const { q, name, of } = view;
  const now = Date.now();
  if (name !== '') {
    const own = await api.getOwnRules({ name });
    return { view, own, first: own.text };
  }
  if (of !== '') {
    const { id, text: whole, line } = await api.getRule({ id: of });
    const at = ruleAt(whole, line);
    return { view, own: undefined, first: copyOf(at === undefined ? whole : textOf(whole, at), id) };
  }
  const made = q === '' ? undefined : ruleOfHunt(q, say.titleOfHunt, now);
  return { view, own: undefined, first: made ?? templateText(TEMPLATES[0], now) };
}

function Editor({ begun: { view, own, first } }: { readonly begun: Begun }) {
  const mayWrite = useMay('rules:write');
  const mayRead = useMay('events:read');
  const router = useRouter();
  const [template, setTemplate] = useState<{ readonly name: Template; readonly text: string }>();
  const [yaml, setYaml] = useState(first);
  const [name, setName] = useState(own?.name ?? '');
  const [version, setVersion] = useState(own?.version);
  const [reason, setReason] = useState('');
  const [faults, setFaults] = useState<readonly TextFault[]>([]);
  const [conflict, setConflict] = useState<Conflict>();
  const [isOver, setOver] = useState(false);
  const [done, setDone] = useState<PutOwnRulesAnswer>();
  const { busy, error, attempt } = useAttempt();
  const isBlank = view.q === '' && view.of === '' && own === undefined && yaml === (template?.text ?? first);
  const [time] = useState(() => timeIn(view));
  /** Runs a change; where somebody else was first, both versions are shown. */
  const change = (make: () => Promise<unknown>): void => {
    void attempt(async () => {
      setDone(undefined);
      setFaults([]);
      setOver(false);
      try {
        await make();
        setConflict(undefined);
      } catch (problem) {
        if (!(problem instanceof ApiError)) throw problem;
        if (CONFLICTS.has(problem.status)) setConflict({ theirs: await findOwn(name), isNew: version === undefined });
        else if (problem.status === INVALID) setFaults(faultsOf(problem.message));
        else throw problem;
      }
    });
  };
  const write = (value: string): void => {
    setYaml(value);
    setDone(undefined);
  };
  const put = (event: FormEvent): void => {
    event.preventDefault();
    change(async () => {
      const ifMatch = version === undefined ? undefined : tagOf(version);
      const why = reason.trim().toWellFormed();
      const answer = await api.putOwnRules({ name, ifMatch, body: { text: yaml.toWellFormed(), reason: why } });
      setVersion(answer.file.version);
      setDone(answer);
    });
  };
  const remove = (): void =>
    change(async () => {
      await api.removeOwnRules({ name, reason: reason.trim().toWellFormed(), ifMatch: tagOf(version ?? 0) });
      router.push('/rules/');
    });
  return (
    <div className="rule-parts">
      <div>
        <Panel
          title={view.q === '' ? say.panel : say.fromHunt}
          tools={
            isBlank && (
              <label className="rule-begin">
                {say.begin}{' '}
                <select
                  value={template?.name ?? TEMPLATES[0]}
                  onChange={(e) => {
                    const chosen = oneOf(e.target.value, TEMPLATES);
                    const begun = templateText(chosen, Date.now());
                    setTemplate({ name: chosen, text: begun });
                    write(begun);
                  }}
                >
                  {TEMPLATES.map((one) => (
                    <option key={one} value={one}>
                      {say.templates[one]}
                    </option>
                  ))}
                </select>
              </label>
            )
          }
        >
          <FaultyText label={say.label} value={yaml} faults={faults} maxLength={MAX_RULE_TEXT} onChange={write} />
        </Panel>
      </div>
      <div>
        {mayRead && <RuleTrial text={yaml} time={time} onFaults={setFaults} />}
        {!mayWrite && <p className="dim">{say.readOnly}</p>}
        {mayWrite && (
          <Panel title={say.put}>
            <Failure words={error} />
            {conflict !== undefined && (
              <RuleConflict
                conflict={conflict}
                name={name}
                mine={yaml}
                onTakeTheirs={(theirs) => {
                  write(theirs.text);
                  setVersion(theirs.version);
                  setConflict(undefined);
                }}
                onKeepMine={(theirs) => {
                  setVersion(theirs);
                  setOver(theirs !== undefined);
                  setConflict(undefined);
                }}
              />
            )}
            {isOver && <p className="notice">{say.conflict.pressAgain}</p>}
            {done !== undefined && (
              <p className="notice" role="status">
                {say.done(done.rules.length)}{' '}
                <Link href={`/rule/?id=${segment(done.rules[0]?.id ?? '')}`}>{say.see}</Link>
              </p>
            )}
            <form className="rule-form" onSubmit={put}>
              <label>
                {say.name}
                <input
                  value={name}
                  required
                  pattern={NAME}
                  title={say.badName}
                  placeholder={say.nameHint}
                  readOnly={version !== undefined}
                  autoComplete="off"
                  spellCheck={false}
                  onChange={(e) => setName(e.target.value)}
                />
              </label>
              <label>
                {say.why}
                <input value={reason} required maxLength={MAX_REASON} onChange={(e) => setReason(e.target.value)} />
              </label>
              <button type="submit" className="primary" disabled={busy}>
                {busy ? say.putting : say.put}
              </button>
            </form>
            {version !== undefined && (
              <p>
                <AskFirst
                  button={say.remove}
                  about={visible(name)}
                  question={say.removeAsk(visible(name))}
                  sure={say.removeSure}
                  busy={busy || reason.trim() === ''}
                  onSure={remove}
                />{' '}
                {reason.trim() === '' && <span className="dim">{say.removeNeedsWhy}</span>}
              </p>
            )}
          </Panel>
        )}
      </div>
    </div>
  );
}

function templateText(template: Template, now: number): string {
  return ruleTemplate(template, [say.template, say.counted], now);
}

/** That of the question in Hunt; a range stays one, which ends when the rule is tried. */
function timeIn({ q, range, from, to }: View): TrialTime {
  const parsed = q === '' ? undefined : parseHunt(q);
  const lastMs = parsed?.ok === true ? parsed.query.lastMs : undefined;
  if (lastMs === undefined && (from === '' || to === '')) return oneOf(range, RANGES);
  return timeOf({ range, from, to }, lastMs, Date.now());
}

/** Undefined where there are none of this name any more. */
async function findOwn(name: string): Promise<OwnRules | undefined> {
  try {
    return await api.getOwnRules({ name });
  } catch (problem) {
    if (problem instanceof ApiError && problem.status === 404) return undefined;
    throw problem;
  }
}
