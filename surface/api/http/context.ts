/** What every route is handed. */
import type { FastifyRequest } from 'fastify';
import type { Sessions, SignedIn } from '../auth/sessions.ts';
import type { ApiOptions } from '../api.types.ts';

export interface RouteContext extends ApiOptions {
  readonly sessions: Sessions;
  /** The session cookie's name. */
  readonly cookie: string;
  /** True over TLS: cookies are for TLS only then. */
  readonly secure: boolean;
  who(request: FastifyRequest): Promise<SignedIn | undefined>;
  /** Ends this session and cuts its live channels. */
  end(who: SignedIn): Promise<void>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for the few routes that need no session. */
    open?: boolean;
  }
}
