'use client';
/** Changes the configuration: its text is checked first, and only what was checked can be put in force. */
import type { CheckConfigurationAnswer, GetConfigurationAnswer } from '@netsentinel/client';
import { useId, useState } from 'react';
import { api, ApiError, tagOf } from '../../lib/api.ts';
import { faultsOf, type TextFault } from '../../lib/text-faults.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { AskFirst } from '../ask-first.tsx';
import { Failure } from '../failure.tsx';
import { FaultyText } from '../faulty-text.tsx';
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
  const [faults, setFaults] = useState<readonly TextFault[]>([]);
  /** Of the text as it is now. */
  const [checked, setChecked] = useState<CheckConfigurationAnswer>();
  const { busy, error, attempt } = useAttempt();
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
  return (
    <Panel
      title={words.inForce(inForce.version)}
      tools={<span className="dim">{words.lines(yaml.split('\n').length)}</span>}
    >
      <FaultyText
        label={words.editor}
        value={yaml}
        faults={faults}
        maxLength={MAX_TEXT}
        onChange={(value) => {
          setYaml(value);
          setChecked(undefined);
        }}
      />
      <Failure words={error} />
      <Told words={checked && words.good(checked.sections)} />
      <label className="faulty-label" htmlFor={`${id}-reason`}>
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
