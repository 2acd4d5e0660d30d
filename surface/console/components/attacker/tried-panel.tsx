'use client';
/** Names and passwords that an attacker tried; passwords for who may see them. */
import type { AttackerStory } from '@netsentinel/client';
import { visible } from '../../lib/format.ts';
import * as text from '../../text/index.ts';
import { ExportButtons } from '../export-buttons.tsx';
import { Panel } from '../panel.tsx';

const words = text.attackers;
const HEAD = ['user', 'tries', 'accepted', 'passwords'];

export function TriedPanel({ logins }: { readonly logins: AttackerStory['logins'] }) {
  return (
    <Panel
      title={words.credentials}
      tools={
        logins.length > 0 && (
          <ExportButtons
            name="credentials"
            head={HEAD}
            rows={() =>
              logins.map(({ user, tries, accepted, passwords = [] }) => [
                user,
                tries,
                String(accepted),
                passwords.join(' '),
              ])
            }
            json={() => logins}
          />
        )
      }
    >
      {logins.length === 0 ? (
        <p className="dim">{words.noCredentials}</p>
      ) : (
        <div className="attackers-logins" tabIndex={0} role="region" aria-label={words.credentialsList}>
          <table className="listing">
            <thead>
              <tr>
                <th scope="col">{words.user}</th>
                <th scope="col">{words.passwords}</th>
                <th scope="col" className="number">
                  {words.tries}
                </th>
              </tr>
            </thead>
            <tbody>
              {logins.map(({ user, passwords, tries, accepted }) => (
                <tr key={user}>
                  <th scope="row">
                    <code>{visible(user)}</code> {accepted && <span className="accepted">{words.accepted}</span>}
                  </th>
                  <td className="whole">
                    {passwords === undefined ? (
                      <span className="dim">{words.hidden}</span>
                    ) : (
                      <span className="attackers-passwords">
                        {passwords.map((password, i) => (
                          <code key={i}>{visible(password)}</code>
                        ))}
                      </span>
                    )}
                  </td>
                  <td className="number" data-label={words.tries}>
                    {tries.toLocaleString()}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
