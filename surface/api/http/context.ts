/** What every route is handed. */
import type { FastifyRequest } from 'fastify';
import type { Sessions, SignedIn } from '../auth/sessions.ts';
import type { ApiOptions } from '../api.types.ts';
import type { ApiTokens } from '../auth/api-tokens.ts';
import type { AttemptLimit } from '../auth/attempt-limit.ts';
import type { Invitations } from '../auth/invitations.ts';
import type { OpenIdProvider } from '../auth/openid/openid-provider.ts';
import type { PasswordResets } from '../auth/password-resets.ts';
import type { Programs } from '../auth/programs.ts';
import type { SecondFactors } from '../auth/second-factors.ts';
import type { SigningKeys } from '../auth/signing-keys.ts';
import type { Access } from './access.ts';
import type { KeptAnswers } from './kept-answers.ts';
import type { ReadGate } from './reads/read-gate.ts';
import type { RequestLimit } from './request-limit.ts';
import type { SharedAnswers } from './trends/shared-answers.ts';

export interface RouteContext extends ApiOptions {
  readonly sessions: Sessions;
  /** What all routes take and answer. */
  openApi(): Buffer;
  /** The same as a page. */
  reference(): Buffer;
  /** The session cookie's name. */
  readonly cookie: string;
  /** True over TLS: cookies are for TLS only then. */
  readonly secure: boolean;
  who(request: FastifyRequest): Promise<SignedIn | undefined>;
  /** Of all that is asked. */
  readonly requests: RequestLimit;
  /** Of signing in, making accounts and whatever else tries a secret. */
  readonly attempts: AttemptLimit;
  readonly tokens: ApiTokens;
  readonly programs: Programs;
  readonly signingKeys: SigningKeys;
  /** To requests that named an `Idempotency-Key`. */
  readonly answers: KeptAnswers;
  readonly invitations: Invitations;
  readonly resets: PasswordResets;
  readonly secondFactors: SecondFactors;
  /** That people may sign in by; undefined where none is configured. */
  readonly openIdProvider: OpenIdProvider | undefined;
  /** These sessions, and programs with them, are gone from the state: forgets them, and cuts their live channels. */
  cutSessions(which: (who: SignedIn) => boolean): void;
  /** Of questions to the event store. */
  readonly reads: ReadGate;
  /** Of counts that are the same for all. */
  readonly shared: SharedAnswers;
  /** Accounts that an export of events is on its way to. */
  readonly exporting: Set<string>;
  /** Accounts that a rule is being tried for. */
  readonly trying: Set<string>;
  /** This account has another role, or is gone: cuts its live channels, and forgets what is known of it. */
  endAccount(name: string): void;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may ask; without it: whoever is signed in. */
    access?: Access;
    /** It looks at no cookie and sets none. */
    cookieless?: true | undefined;
  }

  interface FastifyRequest {
    /** Who asks, as the guard found; undefined where nobody is signed in. */
    who: SignedIn | undefined;
  }
}
