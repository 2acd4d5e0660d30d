/**
 * Asks an OpenID provider who somebody is: the authorisation code flow (OpenID Connect Core 1.0, section 3.1) with PKCE (RFC 7636), state and nonce. The
 * protocol is `openid-client`'s, loaded when somebody first signs in so.
 */
import type * as OpenIdClient from 'openid-client';
import type { ClientAuth, Configuration } from 'openid-client';
import type { OpenIdSubject } from '@netsentinel/contracts/access-book';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';
import { printable } from '@netsentinel/kernel/log';
import { revealed } from '@netsentinel/kernel/secret';
import { hasClaim, type Claims } from './claims.ts';
import type { OpenIdConfig } from './openid.config.ts';
import { providerFetch } from './provider-fetch.ts';

type Library = typeof OpenIdClient;

/** Of each request to the provider, in seconds. */
const TIMEOUT_S = 10;
/** What the provider says of itself is asked for again after so long. */
const KNOWN_MS = 3_600_000;
/** One that does not answer is left alone for so long. */
const AWAY_MS = 5_000;
/** OpenID Connect Core 1.0, section 2: 255 characters of ASCII. Others are taken where each is kept as it is. */
const SUBJECT = /^[^\p{Cc}\p{Cs}]{1,255}$/u;
const MAX_SAID = 200;

/** What the browser keeps from the question to the answer, where nobody else can read it. */
export interface Asked {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

export interface ProvedIdentity {
  readonly openId: OpenIdSubject;
  readonly claims: Claims;
}

/** `away`: the provider does not answer, or not as one does. `refused`: it lets them not in. `not-valid`: the answer is none to what was asked. */
export class OpenIdFault extends Error {
  readonly kind: 'away' | 'refused' | 'not-valid';

  /** @param words the provider's, or why: cut and printable */
  constructor(kind: OpenIdFault['kind'], words: string) {
    super(printable(words, MAX_SAID));
    this.kind = kind;
  }
}

interface Known {
  readonly at: number;
  readonly configuration: Promise<Configuration>;
  isAway: boolean;
}

export class OpenIdProvider {
  readonly config: OpenIdConfig;
  readonly #clock: Clock;
  readonly #log: Logger;
  #known: Known | undefined;

  constructor(config: OpenIdConfig, clock: Clock, log: Logger) {
    this.config = config;
    this.#clock = clock;
    this.#log = log;
  }

  /** For people. */
  get name(): string {
    return this.config.name ?? new URL(this.config.issuer).host;
  }

  /** Where the browser goes to be asked, and what is to be shown with the answer. Throws an `OpenIdFault`. */
  async begin(redirectUri: string): Promise<{ readonly url: string; readonly asked: Asked }> {
    const { library, configuration } = await this.#provider();
    const asked: Asked = {
      state: library.randomState(),
      nonce: library.randomNonce(),
      verifier: library.randomPKCECodeVerifier(),
      redirectUri,
    };
    const question = {
      redirect_uri: redirectUri,
      scope: ['openid', ...this.config.scopes].join(' '),
      state: asked.state,
      nonce: asked.nonce,
      code_challenge: await library.calculatePKCECodeChallenge(asked.verifier),
      code_challenge_method: 'S256',
    };
    try {
      return { url: library.buildAuthorizationUrl(configuration, question).href, asked };
    } catch (error) {
      // It does not say where, or names an address that nobody should be sent to.
      throw this.#away(error);
    }
  }

  /**
   * Who it is.
   * @param answer what the provider sent the browser back with: the query of its address
   * @throws {OpenIdFault}
   */
  async finish(asked: Asked, answer: string): Promise<ProvedIdentity> {
    const { library, configuration } = await this.#provider();
    const back = new URL(asked.redirectUri);
    back.search = answer;
    try {
      const tokens = await library.authorizationCodeGrant(configuration, back, {
        pkceCodeVerifier: asked.verifier,
        expectedState: asked.state,
        expectedNonce: asked.nonce,
        idTokenExpected: true,
      });
      const told = tokens.claims();
      if (told === undefined || !SUBJECT.test(told.sub))
        throw new OpenIdFault('not-valid', 'the identity token names nobody');
      const { nameClaim, roleClaim } = this.config;
      // Many providers tell of groups and names only where they are asked for them.
      const isEnough = hasClaim(told, nameClaim) && hasClaim(told, roleClaim);
      const mayAsk = configuration.serverMetadata().userinfo_endpoint !== undefined;
      const more = isEnough || !mayAsk ? {} : await library.fetchUserInfo(configuration, tokens.access_token, told.sub);
      return { openId: { issuer: told.iss, subject: told.sub }, claims: { ...more, ...told } };
    } catch (error) {
      throw this.#fault(library, error);
    }
  }

  async #provider(): Promise<{ readonly library: Library; readonly configuration: Configuration }> {
    const library = await import('openid-client');
    const now = this.#clock.monotonicMs();
    const known = this.#known;
    if (known === undefined || now - known.at > (known.isAway ? AWAY_MS : KNOWN_MS)) {
      const fresh: Known = { at: now, configuration: this.#discover(library), isAway: false };
      fresh.configuration.catch(() => (fresh.isAway = true));
      this.#known = fresh;
    }
    try {
      return { library, configuration: await this.#known!.configuration };
    } catch (error) {
      // Whatever it says instead of what it should say of itself.
      throw this.#away(error);
    }
  }

  #discover(library: Library): Promise<Configuration> {
    const { issuer, clientId, ca } = this.config;
    return library.discovery(new URL(issuer), clientId, undefined, authentication(library, this.config), {
      timeout: TIMEOUT_S,
      [library.customFetch]: providerFetch(ca === undefined ? undefined : revealed(ca)),
      execute: [
        // The signature is looked at besides the connection that the token came by.
        library.enableNonRepudiationChecks,
        // The configuration takes such an issuer on this machine alone.
        ...(issuer.startsWith('http:') ? [library.allowInsecureRequests] : []),
      ],
    });
  }

  #fault(library: Library, error: unknown): OpenIdFault {
    if (error instanceof OpenIdFault) return error;
    if (error instanceof library.AuthorizationResponseError || error instanceof library.ResponseBodyError) {
      const words = [error.error, error.error_description].filter((text) => text !== undefined).join(': ');
      // It is ours to mend, and people at the door can do nothing about it. What their browser brings, anybody may have written.
      if (error instanceof library.ResponseBodyError && /_client$|^redirect_uri/.test(error.error))
        this.#log.error('the OpenID provider does not know this console', {
          issuer: this.config.issuer,
          said: printable(words, MAX_SAID),
        });
      return new OpenIdFault('refused', words);
    }
    return isItsAnswer(error) ? new OpenIdFault('not-valid', wordsOf(error)) : this.#away(error);
  }

  #away(error: unknown): OpenIdFault {
    const fault = new OpenIdFault('away', wordsOf(error));
    this.#log.warn('the OpenID provider cannot be asked', { issuer: this.config.issuer, error: fault.message });
    return fault;
  }
}

/** As the provider says that it takes it (RFC 8414, section 2: by `Authorization` where it says nothing). */
function authentication(library: Library, { clientSecret, clientAuthentication }: OpenIdConfig): ClientAuth {
  if (clientSecret === undefined) return library.None();
  const secret = revealed(clientSecret);
  const ways = { basic: library.ClientSecretBasic(secret), post: library.ClientSecretPost(secret) };
  return (server, ...rest) => {
    const taken = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const way = clientAuthentication ?? (taken.includes('client_secret_basic') ? 'basic' : 'post');
    ways[way](server, ...rest);
  };
}

/** Of the library's codes, those that say that there was no answer, or none of a provider. */
const NO_ANSWER: ReadonlySet<string> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);

/** What of an answer is wrong has a code of the library's; what never came has one of the system's. */
function isItsAnswer(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && code.startsWith('OAUTH_') && !NO_ANSWER.has(code);
}

/** With the cause, which the library wraps. */
function wordsOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  return cause instanceof Error ? `${describeError(error)} (${describeError(cause)})` : describeError(error);
}
