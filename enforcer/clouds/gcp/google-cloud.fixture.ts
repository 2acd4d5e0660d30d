/**
 * A fake of Google Cloud: it exchanges tokens as its Security Token Service does, and keeps the rules of one firewall policy. Every request
 * must fit the discovery document that Google publishes for compute v1 (paths, parameters, bodies, enumerations); `.ci/run` takes it out of
 * Google's Python client, and `GCP_DISCOVERY` says where it is. Never compared with the real thing.
 */
import { mkdtempSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseNetwork } from '@netsentinel/kernel/address';
import { z } from 'zod';

const DOCUMENT = process.env['GCP_DISCOVERY'] ?? '/nonexistent';
const TOKEN = 'a-google-token';
const PROJECT = 'my-project';
const POLICY = 'my-policy';

export const discoveryMissing = !existsSync(DOCUMENT);

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly readOnly?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Method {
  readonly httpMethod: string;
  readonly path: string;
  readonly parameters?: Readonly<
    Record<
      string,
      { readonly location: string; readonly required?: boolean; readonly pattern?: string; readonly type: string }
    >
  >;
  readonly request?: { readonly $ref: string };
}
interface Discovery {
  readonly servicePath: string;
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly resources: Readonly<Record<string, { readonly methods: Readonly<Record<string, Method>> }>>;
}

const RuleBody = z.looseObject({
  priority: z.number(),
  ruleName: z.string().optional(),
  match: z.looseObject({ srcIpRanges: z.array(z.string()).optional() }).optional(),
});
export type FakeRule = z.infer<typeof RuleBody>;

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export interface FakeGoogleCloud {
  /** For the responder's configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** By priority. */
  readonly rules: Map<number, FakeRule>;
  /** What the next requests to Compute Engine answer instead. */
  readonly answers: Reply[];
  /** How the next operations end instead of well. */
  readonly failures: { readonly code: string; readonly message: string }[];
  /** `METHOD priority` of each change. */
  readonly changes: string[];
  reset(): void;
  close(): Promise<void>;
}

export async function startFakeGoogleCloud(): Promise<FakeGoogleCloud> {
  const discovery = JSON.parse(readFileSync(DOCUMENT, 'utf8')) as Discovery;
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-gcp-'));
  const rules = new Map<number, FakeRule>();
  const answers: Reply[] = [];
  const failures: { readonly code: string; readonly message: string }[] = [];
  const changes: string[] = [];

  const server = createServer((request, response) => {
    void body(request).then((text) => {
      const url = new URL(request.url ?? '', 'http://127.0.0.1');
      const reply = url.pathname === '/sts' ? exchange(text) : compute(request, url, text);
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body));
    });
  });

  function compute(request: IncomingMessage, url: URL, text: string): Reply {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return failure(401, 'authError', 'no token');
    const injected = answers.shift();
    if (injected !== undefined) return injected;
    const data: unknown = text === '' ? undefined : JSON.parse(text);
    const found = methodOf(discovery, request.method ?? '', url);
    if (found === undefined) return failure(404, 'notFound', `${request.method} ${url.pathname}`);
    const { name, method } = found;
    const fault = faultOf(discovery, method, url, data);
    if (fault !== undefined) return failure(400, 'invalid', fault);
    if (name === 'wait') {
      const error = failures.shift();
      return {
        status: 200,
        body: { name: 'operation-1', status: 'DONE', ...(error === undefined ? {} : { error: { errors: [error] } }) },
      };
    }
    if (!url.pathname.includes(`/${PROJECT}/global/firewallPolicies/${POLICY}`))
      return failure(404, 'notFound', url.pathname);
    if (name === 'get') return { status: 200, body: { name: POLICY, fingerprint: 'AAAA', rules: [...rules.values()] } };
    const priority = Number(url.searchParams.get('priority') ?? RuleBody.safeParse(data).data?.priority);
    changes.push(`${name} ${priority}`);
    const wrong = change(name, priority, data);
    return wrong === undefined
      ? { status: 200, body: { name: 'operation-1', status: 'RUNNING' } }
      : failure(400, 'invalid', wrong);
  }

  function change(name: string, priority: number, data: unknown): string | undefined {
    if (name === 'removeRule') return rules.delete(priority) ? undefined : `no rule with priority ${priority}`;
    const rule = RuleBody.parse(data);
    if (rules.has(priority) !== (name === 'patchRule'))
      return `${name}: there is, or is not, a rule with priority ${priority}`;
    const ranges = rule.match?.srcIpRanges ?? [];
    if (ranges.length === 0 || ranges.length > 5000) return `${ranges.length} source ranges`;
    const families = new Set(ranges.map((range) => parseNetwork(range)?.family));
    if (families.has(undefined)) return 'not a range';
    if (families.size > 1) return 'IPv4 and IPv6 in one rule';
    rules.set(priority, { ...rules.get(priority), ...rule });
    return undefined;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentialsFile = join(folder, 'credentials.json');
  writeFileSync(join(folder, 'subject'), 'a-subject-token');
  writeFileSync(credentialsFile, JSON.stringify(federation(origin, join(folder, 'subject'))));
  return {
    settings: { project: PROJECT, policy: POLICY, credentialsFile, endpoint: origin },
    rules,
    answers,
    failures,
    changes,
    reset: () => {
      rules.clear();
      answers.length = failures.length = changes.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        rmSync(folder, { recursive: true, force: true });
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Workload identity federation, the one kind of credentials that names where it signs in. */
function federation(origin: string, subject: string): object {
  return {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${origin}/sts`,
    credential_source: { file: subject },
  };
}

/** RFC 8693. */
function exchange(text: string): Reply {
  if (new URLSearchParams(text).get('subject_token') !== 'a-subject-token')
    return { status: 400, body: { error: 'invalid_grant' } };
  return {
    status: 200,
    body: {
      access_token: TOKEN,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 3600,
    },
  };
}

function methodOf(
  { servicePath, resources }: Discovery,
  verb: string,
  url: URL,
): { readonly name: string; readonly method: Method } | undefined {
  for (const resource of ['networkFirewallPolicies', 'globalOperations'])
    for (const [name, method] of Object.entries(resources[resource]?.methods ?? {})) {
      const pattern = `^/${servicePath}${method.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`;
      if (method.httpMethod === verb && new RegExp(pattern).test(url.pathname)) return { name, method };
    }
  return undefined;
}

function faultOf(
  discovery: Discovery,
  { parameters = {}, request, path }: Method,
  url: URL,
  data: unknown,
): string | undefined {
  for (const key of url.searchParams.keys())
    if (parameters[key]?.location !== 'query') return `unknown parameter ${key}`;
  for (const [key, value] of url.searchParams)
    if (parameters[key]?.type === 'integer' && !/^\d+$/.test(value)) return `${key} is not an integer`;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const values = new RegExp(`${path.replaceAll(/\{\w+\}/g, '([^/]+)')}$`).exec(url.pathname)?.slice(1) ?? [];
  for (const [i, name] of names.entries()) {
    const pattern = parameters[name]?.pattern;
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(values[i] ?? ''))
      return `${name} has another form`;
  }
  if (request === undefined) return data === undefined ? undefined : 'no body is expected';
  return shapeFault(discovery, request, data, 'body');
}

function shapeFault(discovery: Discovery, schema: Schema, value: unknown, at: string): string | undefined {
  if (schema.$ref !== undefined) return shapeFault(discovery, discovery.schemas[schema.$ref] ?? {}, value, at);
  if (schema.readOnly === true) return `${at} may not be set`;
  switch (schema.type) {
    case 'object': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at} is not an object`;
      for (const [key, one] of Object.entries(value)) {
        const property = schema.properties?.[key];
        if (property === undefined) return `unknown name ${key} at ${at}`;
        const fault = shapeFault(discovery, property, one, `${at}.${key}`);
        if (fault !== undefined) return fault;
      }
      return undefined;
    }
    case 'array':
      if (!Array.isArray(value)) return `${at} is not an array`;
      for (const one of value) {
        const fault = shapeFault(discovery, schema.items ?? {}, one, `${at}[]`);
        if (fault !== undefined) return fault;
      }
      return undefined;
    case 'integer':
      return Number.isInteger(value) ? undefined : `${at} is not an integer`;
    case 'boolean':
    case 'string':
      if (typeof value !== schema.type) return `${at} is not a ${schema.type}`;
      return schema.enum === undefined || schema.enum.includes(String(value)) ? undefined : `${at} is not in the list`;
    default:
      return `${at} has a type unknown to this fake`;
  }
}

function failure(status: number, reason: string, message: string): Reply {
  return { status, body: { error: { code: status, message, errors: [{ message, domain: 'global', reason }] } } };
}

async function body(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
}
