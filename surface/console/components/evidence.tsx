/** What the attacker left: credentials, commands, files, fingerprints. Every string is theirs. */
import type { Incident } from '@netsentinel/contracts/incident';
import { clockTime, size, visible } from '../lib/format.ts';

export function Evidence({ incident }: { readonly incident: Incident }) {
  return (
    <>
      {incident.credentials.length > 0 && (
        <section>
          <h2>
            Credentials{' '}
            <span className="dim">
              {incident.counts.failures} failed, {incident.counts.logins} accepted
            </span>
          </h2>
          <div className="scroll">
            <table className="small">
              <thead className="unseen">
                <tr>
                  <th scope="col">User</th>
                  <th scope="col">Password or key</th>
                  <th scope="col">Result</th>
                  <th scope="col">Times</th>
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
                        {c.password === undefined && c.key === undefined ? '–' : visible(c.password ?? c.key ?? '')}
                      </code>
                    </td>
                    <td>{c.accepted ? 'accepted' : ''}</td>
                    <td>×{c.count}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {incident.files.length > 0 && (
        <section>
          <h2>Files</h2>
          <ul className="files">
            {incident.files.map((f, i) => (
              <li key={i}>
                <span className="dim">
                  {clockTime(f.time)} {f.direction}
                  {f.bytes === undefined ? '' : ` ${size(f.bytes)}`}
                </span>{' '}
                <code>{visible(f.path)}</code>
                {f.url !== undefined && (
                  <div className="dim">
                    from <code>{visible(f.url)}</code> (nothing was fetched)
                  </div>
                )}
                {f.sha256 !== undefined && <div className="hash">SHA-256 {visible(f.sha256)}</div>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {incident.fingerprints.length > 0 && (
        <section>
          <h2>Fingerprints</h2>
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
