'use client';
/** Tokens for programs: which there are, a new one, and their end. */
import { useCallback } from 'react';
import { api, type ApiToken } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { useLoaded, useNow } from '../lib/hooks.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { AskFirst } from './ask-first.tsx';
import { Failure } from './failure.tsx';
import { Ago, Until } from './moment.tsx';
import { NewToken } from './new-token.tsx';

const words = text.access;

export function TokensPanel() {
  const { value, error, reload } = useLoaded(useCallback(() => api.listTokens(), []));
  const now = useNow();
  const tokens = value?.tokens ?? [];
  const withOwner = new Set(tokens.map(({ account }) => account)).size > 1;
  return (
    <section className="panel" data-testid="tokens" aria-labelledby="tokens">
      <h2 id="tokens">{words.tokens.title}</h2>
      <p className="dim">
        {words.tokens.about} (<a href={api.urlOf('getReference')}>{words.tokens.reference}</a>). {words.tokens.limit}
      </p>
      <NewToken onMade={reload} />
      <Failure words={error} />
      {tokens.length > 0 && (
        <table className="records">
          <thead>
            <tr>
              <th scope="col">{words.name}</th>
              <th scope="col">{words.role}</th>
              {withOwner && <th scope="col">{words.tokens.owner}</th>}
              <th scope="col">{words.tokens.made}</th>
              <th scope="col">{words.tokens.ends}</th>
              <th scope="col">{words.lastUsed}</th>
              <th scope="col">
                <span className="unseen">{words.changes}</span>
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
      {value !== undefined && tokens.length === 0 && <p className="dim">{words.tokens.none}</p>}
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
      <td className="brief" data-label={words.role}>
        {token.role}
      </td>
      {withOwner && (
        <td className="owner" data-label={words.tokens.owner}>
          {visible(token.account)}
        </td>
      )}
      <td data-label={words.tokens.made}>
        <Ago at={token.createdAt} now={now} />
      </td>
      <td data-label={words.tokens.ends}>
        <Until at={token.expiresAt} now={now} />
      </td>
      <td className="brief" data-label={words.lastUsed}>
        {token.lastUsedAt === undefined ? words.never : <Ago at={token.lastUsedAt} now={now} />}
      </td>
      <td className="act">
        <AskFirst
          button={words.tokens.revoke}
          about={name}
          question={words.tokens.askRevoke}
          sure={words.tokens.revoke}
          busy={busy}
          onSure={() => void revoke()}
        />
        <Failure words={error} />
      </td>
    </tr>
  );
}
