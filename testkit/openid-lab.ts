/** A real OpenID provider (`oidc-provider`) on loopback, at which whoever the test names signs in as soon as somebody is asked for. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Provider, type ClientAuthMethod } from 'oidc-provider';
import { providerFetch } from '@netsentinel/api/auth/openid/provider-fetch';

const MOST_STEPS = 12;

export interface LabPerson {
  readonly subject: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface OpenIdLab {
  readonly issuer: string;
  /** Who sits at the browser; undefined: somebody who says no. */
  person: LabPerson | undefined;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** To be called before the first who comes. */
  knows(redirectUri: string): void;
  /** Goes where the console sent the browser, as a browser does, and comes back: the query of the address that it comes back to. */
  visit(url: string): Promise<string>;
  close(): Promise<void>;
}

export interface OpenIdLabOptions {
  readonly authentication?: ClientAuthMethod;
  /** Tells of people in the identity token itself, not only where it is asked for more. */
  readonly tellsAll?: boolean;
  /** Without it any. */
  readonly port?: number;
  readonly tls?: { readonly cert: string; readonly key: string };
}

export const LAB_CLIENT = { clientId: 'netsentinel', clientSecret: { value: 'a secret: of 100 %' } } as const;

export async function startOpenIdLab(options: OpenIdLabOptions = {}): Promise<OpenIdLab> {
  const { authentication = 'client_secret_basic', tellsAll = false, tls } = options;
  const asked: string[] = [];
  let provider: Provider | undefined;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    asked.push(request.url ?? '');
    if (provider === undefined) throw new Error('the lab knows no console yet');
    if (request.url?.startsWith('/interaction/') === true) void interact(provider, request, response);
    else void provider.callback()(request, response);
  };
  const server = tls === undefined ? createPlain(handle) : createTls(tls, handle);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const issuer = `${tls === undefined ? 'http' : 'https'}://localhost:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  const lab: OpenIdLab = {
    issuer,
    person: undefined,
    asked,
    knows: (redirectUri) => {
      provider = new Provider(issuer, {
        clients: [
          {
            client_id: LAB_CLIENT.clientId,
            ...(authentication === 'none' ? {} : { client_secret: LAB_CLIENT.clientSecret.value }),
            redirect_uris: [redirectUri],
            token_endpoint_auth_method: authentication,
          },
        ],
        clientAuthMethods: [authentication],
        claims: {
          openid: ['sub'],
          profile: ['preferred_username', 'groups', 'realm_access', 'https://example.org/roles'],
          email: ['email'],
        },
        conformIdTokenClaims: !tellsAll,
        findAccount: (_, subject) => ({
          accountId: subject,
          claims: () => ({ ...lab.person?.claims, sub: subject }),
        }),
        features: { devInteractions: { enabled: false } },
        interactions: { url: (_, { uid }) => `/interaction/${uid}` },
        cookies: { keys: [randomBytes(16).toString('hex')] },
        jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'lab', use: 'sig', alg: 'RS256' }] },
        ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      });
    },
    visit: async (start) => {
      const fetchPage = providerFetch(tls?.cert);
      const jar = new Map<string, string>();
      let url = new URL(start);
      for (let step = 0; step < MOST_STEPS; step++) {
        if (url.origin !== issuer) return url.search.slice(1);
        const cookie = Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ');
        const page = await fetchPage(url.href, { method: 'GET', headers: cookie === '' ? {} : { cookie } });
        for (const set of page.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
          jar.set(name, value);
        }
        const next = page.headers.get('location');
        if (next === null) throw new Error(`the provider answered ${page.status}: ${await page.text()}`);
        url = new URL(next, url);
      }
      throw new Error('the provider sends the browser around and around');
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function interact(at: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { person } = lab;
    const { prompt, params, session } = await at.interactionDetails(request, response);
    if (person === undefined) {
      const said = { error: 'access_denied', error_description: 'the person said no' };
      return at.interactionFinished(request, response, said);
    }
    if (prompt.name === 'login')
      return at.interactionFinished(request, response, { login: { accountId: person.subject } });
    const grant = new at.Grant({ accountId: session!.accountId, clientId: String(params['client_id']) });
    grant.addOIDCScope(String(params['scope']));
    const consent = { grantId: await grant.save() };
    return at.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
  }

  return lab;
}
