/**
 * The token of a program that was signed in (`signInProgram`): asks for a new one in time, once for all calls that wait for it. A refresh token that is
 * sent twice ends the program, so that this is not to be done by each call for itself.
 */
import type { Operations } from './types.generated.ts';

type Refresh = Operations['refreshProgram'];

/** So long before its end a token is not shown any more. */
const MARGIN_MS = 30_000;

export interface ProgramTokenOptions {
  /** Asks without a token: `createClient({ baseUrl })`. */
  readonly client: { refreshProgram(request: Refresh['request']): Promise<Refresh['answer']> };
  /** Of `signInProgram`, or what `keep` was handed last. Nobody else uses it. */
  readonly refreshToken: string;
  /** Keeps the next one, for when the program starts again: the one before is worth nothing by then. */
  readonly keep: (refreshToken: string) => void | Promise<void>;
}

/**
 * For the `token` of a client, which says which token was refused, so that another one is got. Rejects as `refreshProgram` does: where no answer came, the next call asks again with the same key, which is safe. After a
 * 401 somebody has to sign the program in anew.
 */
export function programToken({
  client,
  refreshToken,
  keep,
}: ProgramTokenOptions): (refused?: string) => Promise<string> {
  let next = refreshToken;
  let shown = { accessToken: '', until: 0 };
  let refreshing: Promise<string> | undefined;
  let idempotencyKey: string | undefined;
  let isKept = true;

  const refresh = async (): Promise<string> => {
    // Kept until there is an answer: with it a lost one is given again.
    idempotencyKey ??= crypto.randomUUID();
    const askedAt = Date.now();
    const answer = await client.refreshProgram({ body: { refreshToken: next }, idempotencyKey });
    idempotencyKey = undefined;
    next = answer.refreshToken;
    isKept = false;
    // By how long it lives, not until when: the clocks here and there may differ.
    shown = { accessToken: answer.accessToken, until: askedAt + answer.expiresInS * 1000 - MARGIN_MS };
    return keepNext();
  };
  const keepNext = async (): Promise<string> => {
    await keep(next);
    isKept = true;
    return shown.accessToken;
  };
  const work = async (): Promise<string> => {
    if (Date.now() >= shown.until) return refresh();
    // It failed before; without it the program could not go on after its next start.
    return keepNext();
  };

  return async (refused) => {
    if (refused !== undefined && refused === shown.accessToken) shown = { accessToken: '', until: 0 };
    if (Date.now() < shown.until && isKept) return shown.accessToken;
    refreshing ??= work().finally(() => (refreshing = undefined));
    return refreshing;
  };
}
