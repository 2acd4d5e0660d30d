'use client';
/** One version of the configuration: its text, or what it has that another has not; and going back to it. */
import type { GetConfigurationAnswer } from '@netsentinel/client';
import { Link } from '../link.tsx';
import { useCallback } from 'react';
import { api, tagOf } from '../../lib/api.ts';
import { visible, visibleLines } from '../../lib/format.ts';
import { useLoaded, useNow } from '../../lib/hooks.ts';
import { useMay } from '../../lib/session.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { AskFirst } from '../ask-first.tsx';
import { CopyButton } from '../copy-button.tsx';
import { Failure } from '../failure.tsx';
import { Ago } from '../moment.tsx';
import { Panel } from '../panel.tsx';
import type { Version } from './configuration-panel.tsx';
import { DiffView } from './diff-view.tsx';

const words = text.settings.configuration;

export function VersionView({
  version,
  from,
  versions,
  inForce,
  onFrom,
  onDone,
}: {
  readonly version: number;
  readonly from: number | undefined;
  readonly versions: readonly Version[];
  readonly inForce: GetConfigurationAnswer;
  readonly onFrom: (version: string) => void;
  /** With what is to be said of it. */
  readonly onDone: (said: string) => void;
}) {
  const mayChange = useMay('configuration:write');
  const now = useNow();
  const { busy, error: refused, attempt } = useAttempt();
  const { value, error } = useLoaded(
    useCallback(async () => {
      const [one, differences] = await Promise.all([
        api.getConfigurationVersion({ version: String(version) }),
        from === undefined ? undefined : api.compareConfigurations({ version: String(version), from: String(from) }),
      ]);
      return { one, lines: differences?.lines };
    }, [version, from]),
  );
  const restore = (): Promise<boolean> =>
    attempt(async () => {
      const done = await api.restoreConfiguration({
        version: String(version),
        ifMatch: tagOf(inForce.version),
        body: {},
      });
      onDone(done.version === undefined ? words.unchanged : words.accepted(done.version));
    });
  return (
    <Panel title={words.name(version)} tools={<Link href="/settings/?section=configuration">{words.back}</Link>}>
      <Failure words={error ?? refused} />
      {value !== undefined && (
        <>
          <p className="facts-line">
            <span className={`badge state-${value.one.state}`}>
              {version === inForce.version ? words.current : words.states[value.one.state]}
            </span>
            <Ago at={Date.parse(value.one.at)} now={now} />
            <span>{value.one.by === undefined ? words.atMachine : visible(value.one.by)}</span>
            {value.one.reason !== undefined && <span className="dim">{visible(value.one.reason)}</span>}
          </p>
          {value.one.error !== undefined && <pre className="notice bad">{visibleLines(value.one.error)}</pre>}
          <div className="facts-line">
            <label>
              {words.compareWith}{' '}
              <select value={from ?? ''} onChange={(e) => onFrom(e.target.value)}>
                <option value="">{words.nothing}</option>
                {versions
                  .filter((one) => one.version !== version)
                  .map((one) => (
                    <option key={one.version} value={one.version}>
                      {words.name(one.version)}
                    </option>
                  ))}
              </select>
            </label>
            <CopyButton value={value.one.text} />
            {mayChange && version !== inForce.version && (
              <AskFirst
                button={words.restore}
                about={words.name(version)}
                question={words.restoreAsk(version)}
                sure={words.restoreSure}
                busy={busy}
                onSure={() => void restore()}
              />
            )}
          </div>
          {value.lines === undefined || from === undefined ? (
            <Text text={value.one.text} label={words.textOf(version)} />
          ) : (
            <DiffView lines={value.lines} label={words.differences(from, version)} />
          )}
        </>
      )}
    </Panel>
  );
}

function Text({ text: yaml, label }: { readonly text: string; readonly label: string }) {
  return (
    <ol className="configuration-lines" tabIndex={0} aria-label={label} data-testid="configuration-text">
      {yaml
        .replace(/\r?\n$/, '')
        .split(/\r?\n/)
        .map((line, n) => (
          <li key={n}>{visible(line)}</li>
        ))}
    </ol>
  );
}
