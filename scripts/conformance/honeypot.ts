/**
 * `npm run conformance -- honeypot [--json]`: what honeypots of others saw, through `analyze`. Every session of an attacker must be in an incident; of UQO's legitimate SSH
 * sessions, written as sshd would have, at most 1 % may be. The sessions that UQO gives as a table are written as Cowrie would have. Exit code 1 below a floor.
 */
import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Incident } from '@netsentinel/contracts/incident';
import { actorOf } from '@netsentinel/kernel/address';
import { findInputFiles } from '@netsentinel/normalise/records/input-file';
import { readRules } from '@netsentinel/sigma/read/read-rules';
import { analyze } from '../../apps/netsentinel/analyze/analyze.ts';
import { LogFile } from '../../apps/netsentinel/analyze/log-file.ts';
import { NotableLists } from '../../apps/netsentinel/analyze/notable-list.ts';
import { everything } from '../../apps/netsentinel/analyze/sifter.ts';
import { readRuleFiles } from '../../apps/netsentinel/hunt/rule-files.ts';
import { readEcsPipelines } from '../../apps/netsentinel/rules/ecs-pipelines.ts';

const CONTENT = join(import.meta.dirname, '../../content');
const MAX_LEGITIMATE_PERCENT = 1;
const PARSE = { zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] };

interface Session {
  readonly actor: string;
  readonly timeMs: number;
}

interface Measured {
  readonly set: string;
  readonly sessions: number;
  readonly inIncidents: number;
  readonly incidents: number;
}

/** Raw logs, by folder of the corpus. */
const RAW = [
  'ahmethsd-dionaea-2023',
  'andymalepe-2021',
  'fedep14-2025',
  'hsuehhanhu-conpot-2019',
  'kareiva-2018',
  'pol-alvarezzz-2026',
  'scriptzteam-v1.4',
];
const UQO_JSON = ['heralding_82k', 'dioneae_20k', 'honeytrap_5k'];

export async function measure(args: readonly string[]): Promise<number> {
  const corpus = process.env['NETSENTINEL_CORPUS'];
  const folder = join(corpus ?? '', '13-honeypot');
  if (corpus === undefined || !existsSync(folder)) {
    process.stdout.write('honeypot: skipped without NETSENTINEL_CORPUS\n');
    return 0;
  }
  const own = mkdtempSync(join(tmpdir(), 'netsentinel-honeypot-'));
  let failed = false;
  const report = (measured: Measured, isAttack: boolean): void => {
    const percent = (100 * measured.inIncidents) / Math.max(1, measured.sessions);
    const isWrong = isAttack ? measured.inIncidents < measured.sessions : percent > MAX_LEGITIMATE_PERCENT;
    failed ||= isWrong;
    const { set, sessions, inIncidents, incidents } = measured;
    process.stdout.write(
      args.includes('--json')
        ? `${JSON.stringify({ ...measured, attack: isAttack })}\n`
        : `${isWrong ? 'BELOW' : 'ok   '} ${set.padEnd(24)} ${isAttack ? 'attacks' : 'legitimate'}: ${inIncidents} of ${sessions} sessions (${percent.toFixed(2)} %) in ${incidents} incidents\n`,
    );
  };
  try {
    for (const name of RAW) {
      const files = await findInputFiles([join(folder, name)], /\.(log|json)[^/]*$/);
      report(
        await measureRaw(
          name,
          files.map(({ path }) => path),
        ),
        true,
      );
    }
    const uqo = join(folder, 'uqo-biolab-2025');
    for (const name of UQO_JSON) {
      const path = join(own, `${name}.json`);
      const out = createWriteStream(path);
      out.end(execFileSync('xz', ['-dc', join(uqo, 'JSON', `${name}.jsonl.xz`)], { maxBuffer: 1 << 30 }));
      await finished(out);
      report(await measureRaw(`uqo ${name}`, [path]), true);
    }
    report(
      await measureTable('uqo cowrie sessions', join(uqo, 'datasets/cowrie_sessions_20k.csv'), own, asCowrie),
      true,
    );
    report(await measureTable('uqo ssh', join(uqo, 'datasets/ssh_legitimate_20k.csv'), own, asSshd), false);
  } finally {
    rmSync(own, { recursive: true });
  }
  return failed ? 1 : 0;
}

async function measureRaw(set: string, paths: readonly string[]): Promise<Measured> {
  const sessions = new Map<string, Session>();
  for (const [index, path] of paths.entries()) {
    const file = new LogFile({
      file: { path, bytes: 0 },
      index,
      parse: PARSE,
      nowMs: Date.now(),
      sifter: everything,
      keeper: new NotableLists(),
    });
    for (let piece = await file.next(); piece !== undefined; piece = await file.next())
      for (let i = 0; i < piece.notable.length; i++) {
        const { actor, decoy, session } = piece.notable.get(i).event.netsentinel;
        const timeMs = piece.timesMs[piece.notable.placeOf(i)]!;
        if (decoy === undefined || actor === '-') continue;
        const key = session === undefined ? `${path} ${actor} ${timeMs}` : `${path} ${actor} ${session.id}`;
        if (!sessions.has(key)) sessions.set(key, { actor, timeMs });
      }
  }
  return judged(set, paths, [...sessions.values()]);
}

type Row = Readonly<Record<string, string>>;

async function measureTable(
  set: string,
  table: string,
  own: string,
  linesOf: (row: Row) => string[],
): Promise<Measured> {
  const [header = '', ...lines] = readFileSync(table, 'utf8').trim().split(/\r?\n/);
  const names = header.split(',');
  const all = lines.map((line): Row => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']));
  });
  // A few sessions have no begin, and no address.
  const rows = all.filter((row) => Number.isFinite(Date.parse(row['start_time']!)));
  const path = join(own, basename(table, '.csv'));
  const out = createWriteStream(path);
  for (const row of rows.toSorted((a, b) => Date.parse(a['start_time']!) - Date.parse(b['start_time']!)))
    out.write(
      linesOf(row)
        .map((line) => `${line}\n`)
        .join(''),
    );
  out.end();
  await finished(out);
  const sessions = rows.map((row) => ({ actor: actorOf(row['src_ip']), timeMs: Date.parse(row['start_time']!) }));
  return judged(set, [path], sessions);
}

/** A session as Cowrie's log would tell it. */
function asCowrie(row: Row): string[] {
  const begin = Date.parse(row['start_time']!);
  const common = { src_ip: row['src_ip'], session: row['session_id'], sensor: 'uqo', protocol: row['protocol'] };
  const line = (eventid: string, after: number, more: object = {}): string =>
    JSON.stringify({
      eventid: `cowrie.${eventid}`,
      ...more,
      ...common,
      timestamp: new Date(begin + after).toISOString(),
    });
  const many = (count: number, eventid: string): string[] =>
    Array.from({ length: count }, (_, at) => line(eventid, at + 1, { username: 'root', password: `p${at}` }));
  return [
    line('session.connect', 0, { src_port: Number(row['src_port']) }),
    ...many(Number(row['login_failed']), 'login.failed'),
    ...many(Number(row['login_success']), 'login.success'),
    line('session.closed', 1000 * (Number(row['duration']) || 0)),
  ];
}

/** A session as sshd's log would tell it, in the form that rsyslog writes on machines of today. */
function asSshd(row: Row): string[] {
  const begin = Date.parse(row['start_time']!);
  const { src_ip: ip, src_port: port } = row;
  const line = (after: number, words: string): string =>
    `${new Date(begin + after).toISOString()} web1 sshd[4242]: ${words}`;
  return [
    ...Array.from({ length: Number(row['login_failed']) }, (_, at) =>
      line(at, `Failed password for alice from ${ip} port ${port} ssh2`),
    ),
    ...Array.from({ length: Number(row['login_success']) }, (_, at) =>
      line(100 + at, `Accepted password for alice from ${ip} port ${port} ssh2`),
    ),
    line(1000 * (Number(row['duration']) || 0), `Disconnected from user alice ${ip} port ${port}`),
  ];
}

async function judged(set: string, paths: readonly string[], sessions: readonly Session[]): Promise<Measured> {
  const rules = readRules(await readRuleFiles([join(CONTENT, 'rules')]), {
    pipelines: await readEcsPipelines(CONTENT),
  });
  const { analyser } = await analyze({
    files: paths.map((path) => ({ path, bytes: 0 })),
    parse: PARSE,
    rules,
    ownRules: join(CONTENT, 'rules'),
    nowMs: Date.now(),
    onProgress: () => {},
  });
  const byActor = new Map<string, Incident[]>();
  let incidents = 0;
  for (const incident of analyser.incidents()) {
    incidents++;
    byActor.set(incident.actor, [...(byActor.get(incident.actor) ?? []), incident]);
  }
  if (analyser.counters.events === 0) throw new Error(`${set}: nothing was read`);
  const found = sessions.filter(({ actor, timeMs }) =>
    byActor.get(actor)?.some(({ firstSeen, lastSeen }) => firstSeen <= timeMs && timeMs <= lastSeen),
  );
  return { set, sessions: sessions.length, inIncidents: found.length, incidents };
}
