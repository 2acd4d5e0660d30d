/** `npm run conformance NAME [--json]`: measures what we built against a corpus of the real thing. One file per name in `conformance/`. */
const MEASURES: Readonly<Record<string, () => Promise<{ measure(args: readonly string[]): Promise<number> }>>> = {
  shell: () => import('./conformance/shell.ts'),
  decoys: () => import('./conformance/decoys.ts'),
  web: () => import('./conformance/web.ts'),
  elastic: () => import('./conformance/elastic.ts'),
  honeypot: () => import('./conformance/honeypot.ts'),
  fail2ban: () => import('./conformance/fail2ban.ts'),
  crowdsec: () => import('./conformance/crowdsec.ts'),
  slips: () => import('./conformance/slips.ts'),
  zeek: () => import('./conformance/zeek.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const load = MEASURES[name];
if (load === undefined) {
  process.stderr.write(`conformance: say which: ${Object.keys(MEASURES).join(', ')}\n`);
  process.exitCode = 2;
} else process.exitCode = await (await load()).measure(args);
