/**
 * Requests a second through web inspection on one core: `node stages/5-detect/web/bench/web.bench.ts`. Prints JSON: plain requests as a browser sends
 * them, the same with parameters of many kinds, attacks, and the megabytes a second of the worst texts known.
 */
import { inspect } from '../inspect.ts';
import type { WebRequest } from '../web-inspection.types.ts';

const SECONDS = 1.5;
const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const browser = {
  host: 'www.example.org',
  'user-agent': agent,
  accept,
  'accept-language': 'de,en-US;q=0.7',
  connection: 'keep-alive',
};

const plain: readonly WebRequest[] = Array.from({ length: 64 }, (_, i) => ({
  method: 'GET',
  target: [
    '/',
    `/products/${i}/view?page=${i}&sort=price_asc`,
    `/static/app-${i}.3f2a.js`,
    `/search?q=blue+shoes&lang=de`,
  ][i % 4]!,
  headers: { ...browser, referer: 'https://www.example.org/products/list', cookie: `session=4f2a${i}ab; theme=dark` },
}));
const logged: readonly WebRequest[] = plain.map(({ method, target }) => ({
  method,
  target,
  headers: { 'user-agent': agent, referer: '' },
}));
const rich: readonly WebRequest[] = [
  {
    method: 'GET',
    target:
      '/b?u=https%3A%2F%2Fwww.example.com%2Fa%3Fb%3D1%26c%3D2&t=What%27s+new%3F+Tom+%26+Ann&p=%7B%22a%22%3A%5B1%2C2%5D%7D',
    headers: browser,
  },
  {
    method: 'POST',
    target: '/api/comments',
    headers: { ...browser, 'content-type': 'application/json' },
    body: JSON.stringify({
      text: "I can't select one (or the other); both are fine – see http://www.example.com/a?b=c & more",
      id: 17,
    }),
  },
  {
    method: 'POST',
    target: '/login',
    headers: { ...browser, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'user=alice%40example.org&password=s3cr%21t%24&next=%2Fhome',
  },
];
const attacks: readonly WebRequest[] = [
  { method: 'GET', target: '/i.php?id=1%27%20and%20(select%20*%20from%20(select(sleep(5)))a)--%20-' },
  { method: 'GET', target: '/?q=%22%3E%3Csvg/onload=alert(1)%3E' },
  { method: 'GET', target: '/?f=..%252f..%252f..%252fetc%252fpasswd' },
];

function perSecond(requests: readonly WebRequest[]): number {
  for (let i = 0; i < 2000; i++) inspect(requests[i % requests.length]!);
  const started = process.cpuUsage();
  let [count, usedMs] = [0, 0];
  while (usedMs < SECONDS * 1000) {
    for (let i = 0; i < 500; i++) inspect(requests[count++ % requests.length]!);
    const { user, system } = process.cpuUsage(started);
    usedMs = (user + system) / 1000;
  }
  return Math.round((count / usedMs) * 1000);
}

const WORST = [
  "'",
  '(',
  '<',
  '<a ',
  '%',
  '%25',
  '&#x',
  '../',
  "1' or ",
  '${',
  '`',
  ';a=',
  'a ',
  '{{',
  '"=',
  '\\u00',
  'select ',
  '$(',
  '/*',
  '--',
  'on=',
  '(a(',
  '&lt;',
  '+A',
  'x',
];

function slowest(): { readonly text: string; readonly megabytesPerSecond: number } {
  let worst = { text: '', megabytesPerSecond: Infinity };
  for (const piece of WORST) {
    const body = `a=${piece.repeat(64 * 1024)}`.slice(0, 64 * 1024);
    const started = process.cpuUsage();
    inspect({ method: 'POST', target: '/', body });
    const { user, system } = process.cpuUsage(started);
    const megabytesPerSecond = Math.round((body.length / (user + system)) * 100) / 100;
    if (megabytesPerSecond < worst.megabytesPerSecond) worst = { text: piece, megabytesPerSecond };
  }
  return worst;
}

process.stdout.write(
  `${JSON.stringify({ bench: 'web', plainPerSecond: perSecond(plain), loggedPerSecond: perSecond(logged), richPerSecond: perSecond(rich), attacksPerSecond: perSecond(attacks), slowest: slowest() })}\n`,
);
