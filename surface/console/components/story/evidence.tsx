/** What the attacker left: credentials, commands, files, fingerprints. Every string is theirs. */
import type { Incident } from '@netsentinel/contracts/incident';
import { clockTime, size, visible } from '../../lib/format.ts';
import * as text from '../../text/index.ts';

const words = text.incident.evidence;

export function Evidence({ incident }: { readonly incident: Incident }) {
  return (
    <>
      {incident.credentials.length > 0 && (
        <section>
          <h2>
            {words.credentials}{' '}
            <span className="dim">{words.tried(incident.counts.failures, incident.counts.logins)}</span>
          </h2>
          <div className="scroll">
            <table className="small">
              <thead className="unseen">
                <tr>
                  <th scope="col">{words.user}</th>
                  <th scope="col">{words.secret}</th>
                  <th scope="col">{words.result}</th>
                  <th scope="col">{words.times}</th>
                </tr>
              </thead>
              <tbody>
                {incident.credentials.map((c, i) => (
                  <tr key={i} className={c.accepted ? 'accepted' : ''}>
                    <td>
                      <code>{visible(c.user)}</code>
                    </td>
                    <td>
                      <code>
                        {c.password === undefined && c.key === undefined
                          ? words.noSecret
                          : visible(c.password ?? c.key ?? '')}
                      </code>
                    </td>
                    <td>{c.accepted ? words.accepted : ''}</td>
                    <td>{words.timesOf(c.count)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {incident.files.length > 0 && (
        <section>
          <h2>{words.files}</h2>
          <ul className="files">
            {incident.files.map((f, i) => (
              <li key={i}>
                <span className="dim">
                  {clockTime(f.time)} {words.direction[f.direction]}
                  {f.bytes === undefined ? '' : ` ${size(f.bytes)}`}
                </span>{' '}
                <code>{visible(f.path)}</code>
                {f.url !== undefined && (
                  <div className="dim">
                    {words.from} <code>{visible(f.url)}</code> {words.notFetched}
                  </div>
                )}
                {f.sha256 !== undefined && <div className="hash">{words.sha256(visible(f.sha256))}</div>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {incident.fingerprints.length > 0 && (
        <section>
          <h2>{words.fingerprints}</h2>
          <dl className="facts">
            {incident.fingerprints.map((f, i) => (
              <div key={i}>
                <dt>{visible(f.kind)}</dt>
                <dd>
                  <code>{visible(f.value)}</code>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}
