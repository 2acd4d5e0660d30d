'use client';
/** The configuration: its versions, one of them, what differs between two, and changing it. */
import type { GetConfigurationAnswer, ListConfigurationsAnswer } from '@netsentinel/client';
import { Link } from '../link.tsx';
import { useCallback, useState } from 'react';
import { api } from '../../lib/api.ts';
import { visible } from '../../lib/format.ts';
import { useLoaded, useNow } from '../../lib/hooks.ts';
import { useMay } from '../../lib/session.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';
import { Ago } from '../moment.tsx';
import { Panel } from '../panel.tsx';
import { Told } from '../told.tsx';
import { ConfigurationEditor } from './configuration-editor.tsx';
import { VersionView } from './version-view.tsx';

const words = text.settings.configuration;
const HERE = '/settings/?section=configuration';
export type Version = ListConfigurationsAnswer['versions'][number];

export interface ConfigurationPlace {
  /** Of the version that is read; empty: none. */
  readonly version: string;
  /** That it is compared with; empty: with none. */
  readonly from: string;
  /** `1`: the text is being changed. */
  readonly edit: string;
}

export function ConfigurationPanel({
  place: { version, from, edit },
  onPlace,
}: {
  readonly place: ConfigurationPlace;
  readonly onPlace: (place: Partial<ConfigurationPlace>) => void;
}) {
  const mayChange = useMay('configuration:write');
  const [said, setSaid] = useState<string>();
  const { value, error, reload } = useLoaded(
    useCallback(async () => {
      const [inForce, { versions }] = await Promise.all([api.getConfiguration(), api.listConfigurations()]);
      return { inForce, versions };
    }, []),
  );
  const changed = (words: string): void => {
    setSaid(words);
    onPlace({ version: '', from: '', edit: '' });
    reload();
  };
  return (
    <>
      <Failure words={error} />
      <Told words={said} />
      {value === undefined && error === undefined && <p className="centre">{text.settings.loading}</p>}
      {value !== undefined && edit === '1' && mayChange ? (
        <ConfigurationEditor
          key={value.inForce.version}
          inForce={value.inForce}
          onDone={changed}
          onCancel={() => onPlace({ edit: '' })}
        />
      ) : value !== undefined && /^[1-9]\d{0,5}$/.test(version) ? (
        <VersionView
          key={version}
          version={Number(version)}
          from={/^[1-9]\d{0,5}$/.test(from) ? Number(from) : undefined}
          versions={value.versions}
          inForce={value.inForce}
          onFrom={(one) => onPlace({ from: one })}
          onDone={changed}
        />
      ) : (
        value !== undefined && <Versions versions={value.versions} inForce={value.inForce} mayChange={mayChange} />
      )}
    </>
  );
}

function Versions({
  versions,
  inForce,
  mayChange,
}: {
  readonly versions: readonly Version[];
  readonly inForce: GetConfigurationAnswer;
  readonly mayChange: boolean;
}) {
  const now = useNow();
  return (
    <Panel
      title={words.inForce(inForce.version)}
      tools={
        mayChange && (
          <Link className="quiet primary" href={`${HERE}&edit=1`}>
            {words.edit}
          </Link>
        )
      }
    >
      <p className="dim">{words.about}</p>
      <table className="records">
        <caption className="unseen">{words.versions}</caption>
        <thead>
          <tr>
            <th scope="col">{words.version}</th>
            <th scope="col">{words.when}</th>
            <th scope="col">{words.who}</th>
            <th scope="col">{words.why}</th>
            <th scope="col">{words.state}</th>
            <th scope="col">
              <span className="unseen">{words.read}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map((one, n) => {
            const before = versions[n + 1];
            return (
              <tr key={one.version} data-testid="version">
                <th scope="row">
                  <Link href={`${HERE}&version=${one.version}`}>{words.name(one.version)}</Link>
                </th>
                <td data-label={words.when}>
                  <Ago at={Date.parse(one.at)} now={now} />
                </td>
                <td className="version-who" data-label={words.who}>
                  {one.by === undefined ? words.atMachine : visible(one.by)}
                </td>
                <td data-label={words.why}>
                  {one.reason !== undefined && visible(one.reason)}
                  {one.restores !== undefined && <div className="dim">{words.restored(one.restores)}</div>}
                </td>
                <td data-label={words.state}>
                  <span className={`badge state-${one.state}`}>
                    {one.version === inForce.version ? words.current : words.states[one.state]}
                  </span>
                  {one.error !== undefined && <div className="dim words">{visible(one.error)}</div>}
                </td>
                <td className="act">
                  {before !== undefined && (
                    <Link href={`${HERE}&version=${one.version}&from=${before.version}`}>
                      {words.compare}
                      <span className="unseen"> ({words.name(one.version)})</span>
                    </Link>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}
