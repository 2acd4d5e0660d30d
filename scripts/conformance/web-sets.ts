/** The labelled sets that web inspection is measured against, read into requests and values. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { WebRequest } from '@netsentinel/detect/web/web-inspection.types';
import { load } from 'js-yaml';

export interface Sample {
  readonly group: string;
  readonly request?: WebRequest;
  readonly value?: string;
  readonly label?: string;
}

export interface WebSet {
  readonly name: string;
  readonly attacks: boolean;
  /** Percent: of attacks at least, of harmless ones at most; absent where nothing is promised. */
  readonly floor?: number;
  samples(read: (path: string) => Buffer, corpus: string): Promise<readonly Sample[]> | readonly Sample[];
}

export const webSets: readonly WebSet[] = [
  {
    name: '08-http-attacks',
    attacks: true,
    floor: 85,
    samples: (read, corpus) => goTestWaf(read, corpus, (folder) => folder !== 'false-pos'),
  },
  {
    name: '08-http-attacks false positives',
    attacks: false,
    floor: 2,
    samples: (read, corpus) => goTestWaf(read, corpus, (folder) => folder === 'false-pos'),
  },
  {
    name: '08-crs attacks 930-944',
    attacks: true,
    floor: 70,
    samples: (read, corpus) => crs(read, corpus, 'expect_ids'),
  },
  { name: '08-crs not expected', attacks: false, samples: (read, corpus) => crs(read, corpus, 'no_expect_ids') },
  {
    name: '12-ml-httpparams attacks',
    attacks: true,
    floor: 95,
    samples: (read) => httpParams(read, (kind) => kind !== 'norm'),
  },
  {
    name: '12-ml-httpparams normal',
    attacks: false,
    floor: 1,
    samples: (read) => httpParams(read, (kind) => kind === 'norm'),
  },
  { name: '12-ml-libinjection attacks', attacks: true, samples: (read, corpus) => libinjection(read, corpus, true) },
  { name: '12-ml-libinjection harmless', attacks: false, samples: (read, corpus) => libinjection(read, corpus, false) },
  { name: '12-ml-fwaf', attacks: true, samples: fwaf },
];

interface GoTestCase {
  readonly payload: readonly string[];
  readonly encoder: readonly string[];
  readonly placeholder: readonly (
    | string
    | Readonly<Record<string, { body?: string; headers?: Record<string, string>; path?: string; method?: string }>>
  )[];
}

function goTestWaf(read: (path: string) => Buffer, corpus: string, wanted: (folder: string) => boolean): Sample[] {
  const root = '08-http-attacks/gotestwaf/testcases';
  const samples: Sample[] = [];
  for (const folder of readdirSync(join(corpus, root)).filter(wanted))
    for (const file of readdirSync(join(corpus, root, folder))) {
      // Go's YAML reads `\\'`, which YAML does not know.
      const test = load(
        read(join(root, folder, file))
          .toString()
          .replaceAll("\\'", "'"),
      ) as GoTestCase;
      for (const payload of test.payload)
        for (const encoder of test.encoder)
          for (const placeholder of test.placeholder)
            samples.push({
              group: `${folder}/${basename(file, '.yml')}`,
              label: `${typeof placeholder === 'string' ? placeholder : Object.keys(placeholder)[0]} ${encoder} ${payload}`,
              request: placed(placeholder, encoded(payload, encoder)),
            });
    }
  return samples;
}

function encoded(payload: string, encoder: string): string {
  if (encoder === 'URL') return encodeURIComponent(payload);
  return encoder === 'Base64Flat' ? Buffer.from(payload).toString('base64').replace(/=+$/, '') : payload;
}

const JSON_HEADERS = { 'Content-Type': 'application/json' };

function placed(placeholder: GoTestCase['placeholder'][number], payload: string): WebRequest {
  if (typeof placeholder !== 'string') {
    const [name, options] = Object.entries(placeholder)[0]!;
    if (name === 'GraphQL') return { method: 'POST', target: '/graphql', headers: JSON_HEADERS, body: payload };
    return {
      method: options.method ?? 'POST',
      target: options.path ?? '/',
      headers: options.headers ?? {},
      body: (options.body ?? '').replaceAll('{{payload}}', payload).replaceAll('\n', '\r\n'),
    };
  }
  switch (placeholder) {
    case 'URLPath':
      return { method: 'GET', target: `/${payload}` };
    case 'URLParam':
      return { method: 'GET', target: `/?a1b2c3=${payload}` };
    case 'HTMLForm':
      return {
        method: 'POST',
        target: '/',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `a1b2c3=${payload}`,
      };
    case 'HTMLMultipartForm':
      return {
        method: 'POST',
        target: '/',
        headers: { 'Content-Type': 'multipart/form-data; boundary=b0' },
        body: `--b0\r\nContent-Disposition: form-data; name="a1"\r\n\r\n${payload}\r\n--b0--\r\n`,
      };
    case 'JSONRequest':
    case 'JSONBody':
      return {
        method: 'POST',
        target: '/',
        headers: JSON_HEADERS,
        body: JSON.stringify({ test: true, a1b2c3: payload }),
      };
    case 'Header':
      return { method: 'GET', target: '/', headers: { 'X-a1b2c3': payload } };
    case 'UserAgent':
      return { method: 'GET', target: '/', headers: { 'User-Agent': payload } };
    case 'XMLBody':
      return { method: 'POST', target: '/', headers: { 'Content-Type': 'text/xml' }, body: payload };
    case 'SOAPBody':
      return {
        method: 'POST',
        target: '/',
        headers: { 'Content-Type': 'application/soap+xml' },
        body: `<?xml version="1.0"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope/"><soap:Body><a1>${payload}</a1></soap:Body></soap:Envelope>`,
      };
    default:
      return { method: 'POST', target: '/', body: payload };
  }
}

interface CrsFile {
  readonly rule_id: number;
  readonly tests: readonly {
    readonly test_id: number;
    readonly desc?: string;
    readonly stages: readonly {
      readonly input: CrsInput;
      readonly output: { readonly log?: Readonly<Record<string, readonly number[]>> };
    }[];
  }[];
}

interface CrsInput {
  readonly method?: string;
  readonly uri?: string;
  readonly headers?: Record<string, string>;
  readonly data?: string;
  readonly encoded_request?: string;
}

function crs(read: (path: string) => Buffer, corpus: string, expectation: 'expect_ids' | 'no_expect_ids'): Sample[] {
  const root = '08-crs/tests';
  const samples: Sample[] = [];
  for (const group of readdirSync(join(corpus, root))) {
    const number = Number(/^REQUEST-(\d+)/.exec(group)?.[1] ?? 0);
    if (number < 930 || number > 944) continue;
    for (const file of readdirSync(join(corpus, root, group))) {
      const { rule_id: rule, tests } = load(read(join(root, group, file)).toString()) as CrsFile;
      for (const test of tests)
        for (const { input, output } of test.stages) {
          if (output.log?.[expectation]?.includes(rule) !== true) continue;
          const request = requestOf(input);
          samples.push({
            group: String(number),
            label: `${rule}-${test.test_id} ${request.method} ${request.target} ${JSON.stringify(input.headers ?? '').slice(0, 200)} ${String(request.body ?? '')}`,
            request,
          });
        }
    }
  }
  return samples;
}

function requestOf(input: CrsInput): WebRequest {
  if (input.encoded_request !== undefined) {
    const [head = '', body = ''] = Buffer.from(input.encoded_request, 'base64')
      .toString('latin1')
      .split(/\r?\n\r?\n/, 2);
    const [line = '', ...rest] = head.split(/\r?\n/);
    const [method = 'GET', target = '/'] = line.split(' ');
    return {
      method,
      target,
      headers: Object.fromEntries(
        rest.map((one) => [one.slice(0, one.indexOf(':')), one.slice(one.indexOf(':') + 1).trim()]),
      ),
      body,
    };
  }
  const headers = input.headers ?? {};
  return {
    method: input.method ?? 'GET',
    target: input.uri ?? '/',
    headers,
    ...(input.data === undefined ? {} : { body: input.data }),
  };
}

/** `"payload","length","attack_type","label"`, quotes doubled. */
function httpParams(read: (path: string) => Buffer, wanted: (kind: string) => boolean): Sample[] {
  const text = read('12-ml-httpparams/payload_train.csv').toString();
  return [...text.matchAll(/^"((?:[^"]|"")*)","\d+","([\w-]+)","(?:norm|anom)"/gm)].flatMap(
    ([, value = '', kind = '']) => (wanted(kind) ? [{ group: kind, value: value.replaceAll('""', '"') }] : []),
  );
}

/** What libinjection's own fingerprints expect: an expected fingerprint is an attack. */
function libinjection(read: (path: string) => Buffer, corpus: string, attacks: boolean): Sample[] {
  const root = '12-ml-libinjection/tests';
  return readdirSync(join(corpus, root)).flatMap((file) => {
    const kind = /^test-(sqli|folding)/.exec(file)?.[1];
    const [, value = '', expected = ''] =
      /--INPUT--\r?\n([\s\S]*?)\r?\n--EXPECTED--\r?\n?([\s\S]*)/.exec(read(join(root, file)).toString('latin1')) ?? [];
    return kind === 'sqli' && (expected.trim() !== '') === attacks ? [{ group: kind, value }] : [];
  });
}

function fwaf(read: (path: string) => Buffer): Sample[] {
  const lines = read('12-ml-fwaf/badqueries.txt')
    .toString('latin1')
    .split('\n')
    .filter((line) => line.trim() !== '');
  // Whole targets where they look like one, values otherwise, as the set mixes both.
  return lines.map((line) =>
    line.startsWith('/')
      ? { group: 'target', label: line, request: { method: 'GET', target: line } }
      : { group: 'value', value: safelyDecoded(line) },
  );
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
