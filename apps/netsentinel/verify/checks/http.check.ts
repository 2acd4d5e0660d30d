/**
 * HTTP as web honeypots are recognised: pages and errors of one server under the name of another, headers in an order that it never has, tags and dates that
 * contradict themselves. What the real servers do was seen at nginx 1.22, Apache 2.4 and lighttpd 1.4 of Debian 12.
 */
import {
  ALIKE,
  firstTell,
  quoted,
  skipped,
  tell,
  type Claim,
  type ProtocolChecks,
  type VerifyTarget,
} from '../verify.types.ts';

/** How each server writes what is its own. */
interface ServerHabits {
  readonly server: RegExp;
  /** These headers of a plain answer, in this order. */
  readonly order: RegExp;
  /** Its own page for an error, where no application has one. */
  readonly errorPage: RegExp;
  readonly etag: RegExp;
}

const HABITS: Readonly<Record<string, ServerHabits>> = {
  nginx: {
    server: /^nginx(?:\/|$)/,
    order: /^server,date\b/,
    errorPage: /<center>nginx(?:\/[\d.]+)?(?: \([^)]*\))?<\/center>/,
    etag: /^(?:W\/)?"[0-9a-f]{6,}-[0-9a-f]+"$/,
  },
  'Apache httpd': {
    server: /^Apache(?:\/|$)/,
    order: /^date,server\b/,
    errorPage: /<title>\d{3} [^<]+<\/title>\n<\/head><body>\n<h1>/,
    etag: /^(?:W\/)?"[0-9a-f]+(?:-[0-9a-f]+){1,2}(?:-gzip|;\w+)?"$/,
  },
  lighttpd: {
    server: /^lighttpd(?:\/|$)/,
    order: /\bdate(?:,server)?$/,
    errorPage: /<title>\d{3} [-\w ]+<\/title>/,
    etag: /^"\d+"$/,
  },
};

/** Pages of what honeypots are written with. */
const LIBRARIES: readonly (readonly [string, RegExp])[] = [
  ["Python's http.server", /<p>Error code: \d{3}|Error code explanation:/],
  [
    'Twisted',
    /<h1>No Such Resource<\/h1>|<title>404 - No Such Resource<\/title>|<h1>Method Not Allowed<\/h1>\s*<p>Your browser approached/,
  ],
  ['Werkzeug', /The requested URL was not found on the server\. If you entered the URL manually/],
  ['Express', /<pre>Cannot (?:GET|FOO) \//],
  ['aiohttp', /^40[045]: (?:Not Found|Bad Request|Method Not Allowed)$/m],
];

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly text: string;
}

async function ask(target: VerifyTarget, request: string): Promise<Answer> {
  const raw = await target.connect();
  const probe = target.type === 'https' ? await raw.secure() : raw;
  probe.send(request);
  const text = (await probe.readAll(2_500)).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? '' : text.slice(0, end);
  const [line = '', ...lines] = head.split('\r\n');
  const headers = lines.map((one) => {
    const colon = one.indexOf(':');
    return [one.slice(0, colon).toLowerCase(), one.slice(colon + 1).trim()] as const;
  });
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? 0);
  return { status, head, headers, body: end < 0 ? text : text.slice(end + 4), text };
}

const get = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}Connection: close\r\n\r\n`;
const valueOf = ({ headers }: Answer, name: string): string | undefined => headers.find(([one]) => one === name)?.[1];
const habitsOf = ({ description }: VerifyTarget): ServerHabits | undefined => HABITS[description.product];

function library(text: string): string | undefined {
  const found = LIBRARIES.find(([, words]) => words.test(text));
  return found === undefined ? undefined : `its error page is that of ${found[0]}`;
}

/** Seconds by which the server's clock is ahead. */
async function skew(target: VerifyTarget): Promise<number | undefined> {
  const date = valueOf(await ask(target, get('/')), 'date');
  return date === undefined ? undefined : Math.round((Date.parse(date) - Date.now()) / 1000);
}

async function claims(target: VerifyTarget): Promise<readonly Claim[]> {
  const off = await skew(target);
  const server = valueOf(await ask(target, get('/')), 'server') ?? '';
  const distribution = /\((Ubuntu|Debian|Rocky Linux|CentOS|Red Hat Enterprise Linux|Win64|Win32)\)/.exec(server)?.[1];
  return [
    ...(off === undefined ? [] : [{ about: 'clock skew, s', value: String(off) } as const]),
    ...(distribution === undefined
      ? []
      : [{ about: 'distribution', value: distribution.split(' ')[0]!.toLowerCase() } as const]),
  ];
}

export const httpChecks: ProtocolChecks = {
  types: ['http', 'https'],
  claims,
  checks: [
    {
      id: 'http-server',
      title: 'the server calls itself what nmap takes it for, or nothing where that server says nothing',
      weight: 60,
      async run(target) {
        const said = valueOf(await ask(target, get('/')), 'server');
        const habits = habitsOf(target);
        if (habits === undefined)
          return said === undefined ? ALIKE : tell(`it calls itself ${quoted(said)}; what it plays says no name`);
        return said !== undefined && habits.server.test(said)
          ? ALIKE
          : tell(`it calls itself ${said === undefined ? 'nothing' : quoted(said)}, not ${target.description.product}`);
      },
    },
    {
      id: 'http-header-order',
      title:
        'Server and Date stand where this server puts them (nginx: Server first, Apache: Date first, lighttpd: both last)',
      weight: 50,
      async run(target) {
        const habits = habitsOf(target);
        if (habits === undefined)
          return skipped(`no order of ${target.description.product || 'this server'} is known here`);
        const names = (await ask(target, get('/nothing-of-this-name.txt'))).headers.map(([name]) => name);
        return habits.order.test(names.join(',')) ? ALIKE : tell(`its headers come as ${names.join(', ')}`);
      },
    },
    {
      id: 'http-bad-request',
      title: 'a request that is none (Python and Twisted answer with pages of their own)',
      weight: 60,
      async run(target) {
        const { status, text, body } = await ask(target, 'NOT HTTP AT ALL\r\n\r\n');
        const own = library(text);
        if (own !== undefined) return tell(own);
        if (status === 200) return tell('it answers 200');
        const habits = habitsOf(target);
        const others = Object.entries(HABITS).find(([name, { errorPage }]) => name === 'nginx' && errorPage.test(body));
        if (others !== undefined && habits !== HABITS[others[0]]) return tell(`its error page is ${others[0]}'s`);
        return habits !== undefined && habits === HABITS['nginx'] && !habits.errorPage.test(text)
          ? tell(`it answers ${quoted(text)}, not nginx's own page`)
          : ALIKE;
      },
    },
    {
      id: 'http-no-host',
      title: 'HTTP/1.1 without a Host (every real server refuses it; Glastopf, Dionaea and Twisted do not)',
      weight: 50,
      async run(target) {
        const { status, text } = await ask(target, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n');
        return status === 400 ? ALIKE : tell(`it answers ${status === 0 ? quoted(text) : status}, not 400`);
      },
    },
    {
      id: 'http-unknown-method',
      title: 'a method that does not exist',
      weight: 40,
      async run(target) {
        const { status, text } = await ask(target, `BREW / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
        const own = library(text);
        if (own !== undefined) return tell(own);
        return status >= 500 && status !== 501 ? tell(`it answers ${status}`) : ALIKE;
      },
    },
    {
      id: 'http-error-page',
      title: 'the page for what is not there',
      weight: 50,
      async run(target) {
        const answer = await ask(target, get('/nothing-of-this-name.txt'));
        const own = library(answer.text);
        if (own !== undefined) return tell(own);
        if (answer.status === 0) return tell(`it answers ${quoted(answer.text)}`);
        const isNginx = HABITS['nginx']!.errorPage.test(answer.body);
        return isNginx && target.description.product !== 'nginx' ? tell("its error page is nginx's") : ALIKE;
      },
    },
    {
      id: 'http-date',
      title: 'a Date that goes on, and a Last-Modified that has been',
      weight: 50,
      async run(target) {
        const first = await ask(target, get('/'));
        const [date, modified] = [valueOf(first, 'date'), valueOf(first, 'last-modified')];
        if (date === undefined) return tell('it tells no Date');
        return firstTell(
          !/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(date) && `its Date is written ${quoted(date)}`,
          Math.abs(Date.parse(date) - Date.now()) > 86_400_000 && `its Date is ${date}`,
          modified !== undefined &&
            Date.parse(modified) > Date.now() + 5000 &&
            `it was changed in the future: ${modified}`,
          modified !== undefined &&
            Date.parse(modified) < Date.UTC(1995) &&
            `it was changed before there were web servers: ${modified}`,
        );
      },
    },
    {
      id: 'http-etag',
      title: 'a tag in the form of this server, that fits the length and the date beside it',
      weight: 40,
      async run(target) {
        for (const path of ['/', '/favicon.ico', '/robots.txt']) {
          const answer = await ask(target, get(path));
          const [etag, modified, length] = ['etag', 'last-modified', 'content-length'].map((name) =>
            valueOf(answer, name),
          );
          const habits = habitsOf(target);
          if (etag === undefined || habits === undefined || answer.status !== 200) continue;
          if (!habits.etag.test(etag))
            return tell(`it tags ${path} ${quoted(etag)}, as ${target.description.product} never does`);
          const parts = /"([0-9a-f]+)-([0-9a-f]+)/.exec(etag)?.slice(1) ?? [];
          const [time, size] = [
            modified === undefined ? undefined : (Date.parse(modified) / 1000).toString(16),
            Number(length).toString(16),
          ];
          const isNginx = target.description.product === 'nginx';
          if (isNginx && (parts[0] !== time || (length !== undefined && parts[1] !== size)))
            return tell(`its tag ${quoted(etag)} is not made of the date and the length that it tells`);
          if (
            target.description.product === 'Apache httpd' &&
            length !== undefined &&
            parts.length === 2 &&
            parts[0] !== size
          )
            return tell(`its tag ${quoted(etag)} is not made of the length that it tells`);
        }
        return ALIKE;
      },
    },
    {
      id: 'http-head',
      title: 'HEAD is answered as GET is, without the body',
      weight: 30,
      async run(target) {
        const [got, head] = [await ask(target, get('/')), await ask(target, get('/').replace('GET', 'HEAD'))];
        return firstTell(
          head.body !== '' && head.status !== 0 && `HEAD comes with a body: ${quoted(head.body)}`,
          head.status !== got.status && `HEAD is answered ${head.status}, GET ${got.status}`,
        );
      },
    },
  ],
};
