/**
 * A fake of Azure: it signs in as Microsoft Entra does, and keeps the security rules of one group. What it is sent must fit the schema that
 * Microsoft publishes, which is read from its own client (generated from that), and what the documentation says of security rules:
 * unique priorities of 100 to 4096, lists of addresses of one family that do not overlap (`OverlappingSubnetsNotPermittedInSecurityRule`),
 * 4,000 of them. Never compared with the real thing.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networksOverlap, parseNetwork } from '@netsentinel/kernel/address';
import { writeCertificate } from '@netsentinel/testkit/certificate';

const SECRET = 'a-secret';
const TOKEN = 'a-token';
const API_VERSION = /^20\d\d-\d\d-\d\d$/;
const SUBSCRIPTION = '00000000-0000-4000-8000-000000000001';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg`;
/** What the fake shows at once, so that a client that does not turn pages is found out. */
const PAGE = 2;

interface Mapper {
  readonly serializedName: string;
  readonly readOnly?: boolean;
  readonly type: { readonly name: string };
}

interface Rule {
  readonly properties: {
    readonly access: string;
    readonly direction: string;
    readonly priority: number;
    readonly sourceAddressPrefix?: string;
    readonly sourceAddressPrefixes?: readonly string[];
  };
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeAzure {
  /** For the responder's configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly rules: Map<string, Rule>;
  /** What the next requests to the resource manager answer instead. */
  readonly answers: Reply[];
  /** `METHOD name` of each change. */
  readonly changes: string[];
  readonly secretFile: string;
  /** As new. */
  reset(): void;
  close(): Promise<void>;
}

export async function startFakeAzure(): Promise<FakeAzure> {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-azure-'));
  const file = (name: string): string => join(folder, name);
  const { cert, key, certFile } = writeCertificate(folder, 'azure');
  const reset = (): void => {
    writeFileSync(file('secret'), `${SECRET}\n`);
    rules.clear();
    answers.length = changes.length = 0;
  };
  const rules = new Map<string, Rule>();
  const answers: Reply[] = [];
  const changes: string[] = [];
  reset();
  const mappers = await schema();
  let origin = '';
  const server = createServer({ key, cert }, (request, response) => {
    void body(request).then((text) => {
      const url = new URL(request.url ?? '', origin);
      const reply = url.pathname.startsWith('/subscriptions/')
        ? resourceManager(request, url, text)
        : signIn(url, text, origin);
      response
        .writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
        .end(reply.body === undefined ? '' : JSON.stringify(reply.body));
    });
  });

  function resourceManager(request: IncomingMessage, url: URL, text: string): Reply {
    const { method = '' } = request;
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return failure(401, 'InvalidAuthenticationToken', 'no token');
    const injected = answers.shift();
    if (injected !== undefined) return injected;
    if (!API_VERSION.test(url.searchParams.get('api-version') ?? ''))
      return failure(400, 'MissingApiVersionParameter', '');
    if (url.pathname.endsWith('/operations/1')) return { status: 200, body: { status: 'Succeeded' } };
    if (!url.pathname.startsWith(`${GROUP}/securityRules`)) return failure(404, 'ResourceNotFound', url.pathname);
    const name = url.pathname.slice(`${GROUP}/securityRules`.length + 1);
    if (name === '') return page(rules, Number(url.searchParams.get('from') ?? 0), url);
    const later = {
      'azure-asyncoperation': `${origin}${GROUP}/operations/1?api-version=2025-05-01`,
      'retry-after': '0',
    };
    if (method === 'GET') {
      const rule = rules.get(name);
      return rule === undefined ? failure(404, 'NotFound', name) : { status: 200, body: { name, ...rule } };
    }
    changes.push(`${method} ${name}`);
    if (method === 'DELETE') return rules.delete(name) ? { status: 202, headers: later } : { status: 204 };
    const rule = JSON.parse(text) as Rule;
    const fault = faultOf(name, rule, rules, mappers);
    if (fault !== undefined) return failure(400, ...fault);
    rules.set(name, rule);
    return { status: 201, body: { name, ...rule }, headers: later };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    settings: {
      subscriptionId: SUBSCRIPTION,
      resourceGroup: 'rg',
      networkSecurityGroup: 'nsg',
      tenantId: '00000000-0000-4000-8000-000000000002',
      clientId: '00000000-0000-4000-8000-000000000003',
      clientSecretFile: file('secret'),
      endpoint: origin,
      authority: origin,
      caFile: certFile,
    },
    rules,
    answers,
    changes,
    secretFile: file('secret'),
    reset,
    close: () => closed(server).finally(() => rmSync(folder, { recursive: true, force: true })),
  };
}

/** As Microsoft Entra: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
function signIn(url: URL, text: string, origin: string): Reply {
  const tenant = url.pathname.split('/')[1] ?? '';
  const base = `${origin}/${tenant}/oauth2/v2.0`;
  if (url.pathname.endsWith('/.well-known/openid-configuration'))
    return {
      status: 200,
      body: {
        token_endpoint: `${base}/token`,
        authorization_endpoint: `${base}/authorize`,
        issuer: `${origin}/${tenant}/v2.0`,
        jwks_uri: `${base}/keys`,
      },
    };
  const form = new URLSearchParams(text);
  if (!url.pathname.endsWith('/oauth2/v2.0/token') || form.get('client_secret') !== SECRET)
    return {
      status: 401,
      body: { error: 'invalid_client', error_description: 'AADSTS7000215: invalid client secret' },
    };
  return { status: 200, body: { token_type: 'Bearer', expires_in: 3600, access_token: TOKEN } };
}

function page(rules: ReadonlyMap<string, Rule>, from: number, url: URL): Reply {
  const value = [...rules].slice(from, from + PAGE).map(([name, rule]) => ({ name, ...rule }));
  const next = new URL(url);
  next.searchParams.set('from', String(from + PAGE));
  return { status: 200, body: { value, ...(from + PAGE < rules.size ? { nextLink: next.href } : {}) } };
}

type Fault = readonly [code: string, message: string];

function faultOf(
  name: string,
  rule: Rule,
  rules: ReadonlyMap<string, Rule>,
  mappers: readonly Mapper[],
): Fault | undefined {
  const shape = shapeFault(rule, mappers);
  if (shape !== undefined) return ['InvalidRequestFormat', shape];
  const { properties } = rule;
  const { priority, direction } = properties;
  for (const key of ['protocol', 'access', 'priority', 'direction'])
    if (!Object.hasOwn(properties, key)) return ['MissingJsonReferenceId', `${key} is missing`];
  if (!/^\w[\w.-]{0,79}$/.test(name)) return ['InvalidResourceName', name];
  if (priority < 100 || priority > 4096) return ['SecurityRuleInvalidPriority', String(priority)];
  for (const [other, { properties: theirs }] of rules)
    if (other !== name && theirs.priority === priority && theirs.direction === direction)
      return ['SecurityRuleConflict', `${name} and ${other} have priority ${priority}`];
  const texts = properties.sourceAddressPrefixes ?? [];
  if (texts.length === 0) return ['SecurityRuleInvalidAddressPrefix', 'no source'];
  const networks = texts.map((text) => parseNetwork(text));
  for (const [i, one] of networks.entries()) {
    if (one === undefined) return ['SecurityRuleInvalidAddressPrefix', texts[i] ?? ''];
    for (const other of networks.slice(i + 1)) {
      if (other === undefined) continue;
      if (other.family !== one.family) return ['SecurityRuleAddressFamilyMismatch', name];
      if (networksOverlap(one, other)) return ['OverlappingSubnetsNotPermittedInSecurityRule', `${texts[i]}`];
    }
  }
  let all = texts.length;
  for (const [other, { properties: theirs }] of rules)
    if (other !== name) all += theirs.sourceAddressPrefixes?.length ?? 0;
  return all > 4000 ? ['SecurityRuleTooManyAddresses', String(all)] : undefined;
}

/** Everything that is there has a place in the schema, and its type. */
function shapeFault(rule: Rule, mappers: readonly Mapper[]): string | undefined {
  const fields = Object.entries(rule).flatMap(([key, value]) =>
    key === 'properties'
      ? Object.entries(value as object).map(([inner, one]) => [`properties.${inner}`, one] as const)
      : [[key, value] as const],
  );
  for (const [path, value] of fields) {
    const mapper = mappers.find(({ serializedName }) => serializedName === path);
    if (mapper === undefined) return `${path} is unknown`;
    if (mapper.readOnly === true) return `${path} may not be set`;
    const is = Array.isArray(value) ? 'Sequence' : typeof value;
    if (is.toLowerCase() !== mapper.type.name.toLowerCase()) return `${path} is not a ${mapper.type.name}`;
  }
  return undefined;
}

/** The properties of a security rule, as Microsoft's client has them from the published specification. */
async function schema(): Promise<readonly Mapper[]> {
  const mappers = (await import(new URL('models/mappers.js', import.meta.resolve('@azure/arm-network')).href)) as {
    readonly SecurityRule: { readonly type: { readonly modelProperties: Readonly<Record<string, Mapper>> } };
  };
  return Object.values(mappers.SecurityRule.type.modelProperties);
}

function failure(status: number, code: string, message: string): Reply {
  return { status, body: { error: { code, message } } };
}

async function body(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
