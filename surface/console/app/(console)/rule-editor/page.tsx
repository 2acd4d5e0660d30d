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
import { RuleTrial } from '../../../components/rules/rule-trial.tsx';
import { api, ApiError, segment, tagOf } from '../../../lib/api.ts';
import { visible } from '../../../lib/format.ts';
import { useLoaded } from '../../../lib/hooks.ts';
import { ruleOfHunt, ruleTemplate } from '../../../lib/new-rule.ts';
import { useMay } from '../../../lib/session.ts';
import { faultsOf, type TextFault } from '../../../lib/text-faults.ts';
import { useView } from '../../../lib/url-view.ts';
import { useAttempt } from '../../../lib/use-attempt.ts';
import * as text from '../../../text/index.ts';
import '../rules/rules.css';

const words = text.rules;
const say = words.editor;
const DEFAULTS = { q: '', name: '' };
/** As the attribute `pattern` has it: with the flag `v`, where a `-` in a class is escaped. */
const NAME = String.raw`[a-z0-9][a-z0-9\-]{0,63}`;
const MAX_REASON = 500;
const INVALID = 422;

export default function RuleEditorPage() {
  const [{ q, name }] = useView(DEFAULTS);
  const { value: kept, error } = useLoaded(
    useCallback(async () => ({ own: name === '' ? undefined : await api.getOwnRules({ name }) }), [name]),
  );
  return (
    <div className="rule-editor">
      <nav className="crumbs" aria-label={words.crumbs}>
        <Link href="/rules/">{words.title}</Link>
      </nav>
      <PageHead title={name === '' ? say.titleNew : say.title(visible(name))} about={say.about} />
      <Failure words={error} />
      {kept !== undefined && <Editor key={`${name}\n${q}`} own={kept.own} question={q} />}
    </div>
  );
}

function Editor({ own, question }: { readonly own: OwnRules | undefined; readonly question: string }) {
  const mayWrite = useMay('rules:write');
  const mayRead = useMay('events:read');
  const router = useRouter();
  const [yaml, setYaml] = useState(() => own?.text ?? firstText(question));
  const [name, setName] = useState(own?.name ?? '');
  const [version, setVersion] = useState(own?.version);
  const [reason, setReason] = useState('');
  const [faults, setFaults] = useState<readonly TextFault[]>([]);
  const [done, setDone] = useState<PutOwnRulesAnswer>();
  const { busy, error, attempt } = useAttempt();
  const put = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(async () => {
      setDone(undefined);
      setFaults([]);
      try {
        const ifMatch = version === undefined ? undefined : tagOf(version);
        const why = reason.trim().toWellFormed();
        const answer = await api.putOwnRules({ name, ifMatch, body: { text: yaml.toWellFormed(), reason: why } });
        setVersion(answer.file.version);
        setDone(answer);
      } catch (problem) {
        if (!(problem instanceof ApiError) || problem.status !== INVALID) throw problem;
        setFaults(faultsOf(problem.message));
      }
    });
  };
  const remove = (): void => {
    void attempt(async () => {
      await api.removeOwnRules({ name, reason: reason.trim().toWellFormed(), ifMatch: tagOf(version ?? 0) });
      router.push('/rules/');
    });
  };
  return (
    <div className="rule-parts">
      <div>
        <Panel title={question === '' ? say.panel : say.fromHunt}>
          <FaultyText
            label={say.label}
            value={yaml}
            faults={faults}
            maxLength={MAX_RULE_TEXT}
            isReadOnly={!mayWrite}
            onChange={(value) => {
              setYaml(value);
              setDone(undefined);
            }}
          />
        </Panel>
      </div>
      <div>
        {mayRead && <RuleTrial rule={yaml} onFaults={setFaults} />}
        {mayWrite && (
          <Panel title={say.put}>
            <Failure words={error} />
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

function firstText(question: string): string {
  const now = Date.now();
  const made = question === '' ? undefined : ruleOfHunt(question, say.titleOfHunt, now);
  return made ?? ruleTemplate(say.template, now);
}
