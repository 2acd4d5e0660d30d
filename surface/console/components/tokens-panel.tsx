'use client';
/** Tokens for programs: which there are, a new one, and their end. */
import { useCallback } from 'react';
import { api, type ApiToken } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { useLoaded, useNow } from '../lib/hooks.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import { AskFirst } from './ask-first.tsx';
import { Failure } from './failure.tsx';
import { Ago, Until } from './moment.tsx';
import { NewToken } from './new-token.tsx';

export function TokensPanel() {
  const { value, error, reload } = useLoaded(useCallback(() => api.listTokens(), []));
  const now = useNow();
  const tokens = value?.tokens ?? [];
  const withOwner = new Set(tokens.map(({ account }) => account)).size > 1;
  return (
    <section className="panel" data-testid="tokens" aria-labelledby="tokens">
      <h2 id="tokens">Tokens</h2>
      <p className="dim">
        For programs that ask NetSentinel by REST (<a href={api.urlOf('getReference')}>all that they may ask</a>). A
        token can do at most what you may.
      </p>
      <NewToken onMade={reload} />
      <Failure words={error} />
      {tokens.length > 0 && (
        <table className="records">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Role</th>
              {withOwner && <th scope="col">Owner</th>}
              <th scope="col">Made</th>
              <th scope="col">Ends</th>
              <th scope="col">Last used</th>
              <th scope="col">
                <span className="unseen">Changes</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {tokens.map((token) => (
              <Row key={token.id} token={token} withOwner={withOwner} now={now} onChange={reload} />
            ))}
          </tbody>
        </table>
      )}
      {value !== undefined && tokens.length === 0 && <p className="dim">There are none yet.</p>}
    </section>
  );
}

function Row({
  token,
  withOwner,
  now,
  onChange,
}: {
  readonly token: ApiToken;
  readonly withOwner: boolean;
  readonly now: number;
  readonly onChange: () => void;
}) {
  const { busy, error, attempt } = useAttempt();
  const name = visible(token.name);
  const revoke = async (): Promise<void> => {
    if (await attempt(() => api.revokeToken({ id: token.id }))) onChange();
  };
  return (
    <tr data-testid="token">
      <th scope="row">{name}</th>
      <td className="brief" data-label="Role">
        {token.role}
      </td>
      {withOwner && (
        <td className="owner" data-label="Owner">
          {visible(token.account)}
        </td>
      )}
      <td data-label="Made">
        <Ago at={token.createdAt} now={now} />
      </td>
      <td data-label="Ends">
        <Until at={token.expiresAt} now={now} />
      </td>
      <td className="brief" data-label="Last used">
        {token.lastUsedAt === undefined ? 'never' : <Ago at={token.lastUsedAt} now={now} />}
      </td>
      <td className="act">
        <AskFirst
          button="Revoke"
          about={name}
          question="Programs that show it will be refused."
          sure="Revoke"
          busy={busy}
          onSure={() => void revoke()}
        />
        <Failure words={error} />
      </td>
    </tr>
  );
}
