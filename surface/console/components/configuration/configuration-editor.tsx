'use client';
/** Changes the configuration: its text is checked first, and only what was checked can be put in force. */
import type { CheckConfigurationAnswer, GetConfigurationAnswer } from '@netsentinel/client';
import { useId, useRef, useState } from 'react';
import { api, ApiError, tagOf } from '../../lib/api.ts';
import { faultsOf, lineRange, type ConfigurationFault } from '../../lib/configuration.ts';
import { visible } from '../../lib/format.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { AskFirst } from '../ask-first.tsx';
import { Failure } from '../failure.tsx';
import { Panel } from '../panel.tsx';
import { Told } from '../told.tsx';

const words = text.settings.configuration;
/** As the API takes. */
const MAX_TEXT = 100_000;
const MAX_REASON = 500;
const INVALID = 422;

export function ConfigurationEditor({
  inForce,
  onDone,
  onCancel,
}: {
  readonly inForce: GetConfigurationAnswer;
  /** With what is to be said of it. */
  readonly onDone: (said: string) => void;
  readonly onCancel: () => void;
}) {
  const [yaml, setYaml] = useState(inForce.text);
  const [reason, setReason] = useState('');
  const [faults, setFaults] = useState<readonly ConfigurationFault[]>([]);
  /** Of the text as it is now. */
  const [checked, setChecked] = useState<CheckConfigurationAnswer>();
  const { busy, error, attempt } = useAttempt();
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  /** Faults of the text are shown by line, not as one failure. */
  const ask = (what: () => Promise<void>): void => {
    void attempt(async () => {
      try {
        setFaults([]);
        await what();
      } catch (problem) {
        if (!(problem instanceof ApiError) || problem.status !== INVALID) throw problem;
        setChecked(undefined);
        setFaults(faultsOf(problem.message));
      }
    });
  };
  const check = (): void => ask(async () => setChecked(await api.checkConfiguration({ body: { text: yaml } })));
  const change = (): void =>
    ask(async () => {
      const body = { text: yaml, ...(reason.trim() === '' ? {} : { reason: reason.toWellFormed().trim() }) };
      const done = await api.changeConfiguration({ ifMatch: tagOf(inForce.version), body });
      onDone(done.version === undefined ? words.unchanged : words.accepted(done.version));
    });
  const show = (line: number): void => {
    const area = field.current;
    if (area === null) return;
    area.focus();
    area.setSelectionRange(...lineRange(yaml, line));
    area.scrollTop = (area.scrollHeight / yaml.split('\n').length) * Math.max(0, line - 4);
  };
  return (
    <Panel
      title={words.inForce(inForce.version)}
      tools={<span className="dim">{words.lines(yaml.split('\n').length)}</span>}
    >
      <label className="configuration-label" htmlFor={`${id}-text`}>
        {words.editor}
      </label>
      <textarea
        ref={field}
        id={`${id}-text`}
        className="configuration-editor"
        rows={24}
        maxLength={MAX_TEXT}
        spellCheck={false}
        autoCapitalize="off"
        aria-invalid={faults.length > 0}
        aria-describedby={faults.length > 0 ? `${id}-faults` : undefined}
        value={yaml}
        onChange={(e) => {
          setYaml(e.target.value);
          setChecked(undefined);
        }}
      />
      <Failure words={error} />
      {faults.length > 0 && (
        <section id={`${id}-faults`} className="notice bad" role="alert" data-testid="faults">
          <strong>{words.faults(faults.length)}</strong>
          <ul className="configuration-faults">
            {faults.map(({ line, words: said }, n) => (
              <li key={n}>
                {line !== undefined && (
                  <button type="button" className="small" onClick={() => show(line)}>
                    {words.line(line)}
                  </button>
                )}{' '}
                {visible(said)}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Told words={checked && words.good(checked.sections)} />
      <label className="configuration-label" htmlFor={`${id}-reason`}>
        {words.reason}
      </label>
      <input
        id={`${id}-reason`}
        maxLength={MAX_REASON}
        autoComplete="off"
        value={reason}
        onChange={(e) => setReason(e.target.value)}
      />
      <p className="facts-line">
        <button type="button" className="primary" disabled={busy} onClick={check}>
          {words.check}
        </button>
        {checked !== undefined && checked.sections.length > 0 ? (
          <AskFirst
            button={words.change}
            about={words.inForce(inForce.version)}
            question={words.changeAsk}
            sure={words.changeSure}
            busy={busy}
            onSure={change}
          />
        ) : (
          <span className="dim">{words.checkFirst}</span>
        )}
        <button type="button" onClick={onCancel}>
          {words.cancel}
        </button>
      </p>
    </Panel>
  );
}
