/** Every command that needs no running NetSentinel, in this process, on folders of its own. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostileIncident, HOSTILE_TEXTS, sampleIncident } from '@netsentinel/testkit/sample-incidents';
import type { Incident } from '@netsentinel/contracts/incident';
import { AuditWriter } from '@netsentinel/enforcer/audit';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { readRecords, recordPath, writeRecord } from '@netsentinel/watcher/capture/capture-record';
import { openKeyring } from '@netsentinel/kernel/keyring-files';
import { openFileBlobStore } from '@netsentinel/store/blobs/files/file-blob.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import {
  dataFolder,
  installSeed,
  lockDataFolder,
  prepareDataFolder,
  type DataFolder,
} from '../launcher/data-folder.ts';
import { captured } from './captured.fixture.ts';
import { createProgram } from './program.ts';
import { urlHost } from '../config/console-url.ts';

const AT = Date.UTC(2026, 10, 21, 9, 30);
/** What must never reach a terminal from an attacker: control characters but newline, and bidirectional marks. */
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

let top: string;
let folder: DataFolder;
let config: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ns-cli-'));
  folder = dataFolder(join(top, 'data'));
  config = join(top, 'netsentinel.yaml');
  writeFileSync(config, `data: ${folder.root}\n`);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const cli = (...args: string[]): ReturnType<typeof captured> => captured(['--config', config, ...args]);

async function withIncidents(...incidents: Incident[]): Promise<void> {
  prepareDataFolder(folder, undefined);
  installSeed(folder);
  const state = await openSqliteStateStore({
    file: join(folder.platform, 'state.db'),
    log: silentLogger,
    clock: systemClock,
  });
  await state.transaction(async (tx) => {
    for (const incident of incidents) await tx.putIncident(incident);
  });
  await state.close();
}

async function withRecording(id: string, lines: readonly unknown[]): Promise<void> {
  const blobs = await openFileBlobStore({
    directory: join(folder.platform, 'blobs'),
    maxBlobBytes: 1e6,
    keys: openKeyring({ directory: folder.platform }, 0).keyring,
    log: silentLogger,
  });
  const recording = await blobs.openRecording(id);
  await recording.append(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  await recording.close();
  await blobs.close();
}

describe('the command line', () => {
  const names = createProgram().commands.flatMap((c) => [[c.name()], ...c.commands.map((s) => [c.name(), s.name()])]);
  it.each(names)('helps with %s %s', async (...args) => {
    const { code, out } = await cli(...args, '--help');
    expect(code).toBe(0);
    expect(out).toContain(`Usage: netsentinel ${args.join(' ')}`);
  });

  it.each([
    [['nonsense']],
    [['incidents', '--nonsense']],
    [['incidents', '--limit', '0']],
    [['replay']],
    [['replay', 'x', '--speed', '0']],
    [['response', 'revert']],
    [['response', 'revert', 'x', '--all']],
    [['bench', 'stream', '--seconds', 'many']],
  ])('answers wrong usage with 2: %j', async (args) => {
    await withIncidents();
    const { code, out, err } = await cli(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
  });

  it.each([[['status']], [['response', 'list']], [['response', 'revert', '--all']]])(
    'answers %j with 3 when nothing runs',
    async (args) => {
      const { code, err } = await cli(...args);
      expect(code).toBe(3);
      expect(err).toMatch(/not running|cannot be reached/);
    },
  );

  it.each([[['incidents']], [['audit', 'verify']], [['replay', 'x']], [['backup', 'x']]])(
    'answers %j with 4 where there is no data',
    async (args) => {
      expect((await cli(...args)).code).toBe(4);
      expect((await cli('--config', join(top, 'none.yaml'), ...args)).code).toBe(4);
    },
  );

  it('opens the console where it listens', () => {
    expect(['0.0.0.0', '::', '::1', '127.0.0.1'].map(urlHost)).toEqual([
      'localhost',
      'localhost',
      '[::1]',
      '127.0.0.1',
    ]);
  });
});

describe('init', () => {
  it('writes a file that is valid, whole, and says the defaults', async () => {
    rmSync(config);
    expect(await cli('init')).toMatchObject({ code: 0, out: `wrote ${config}\n` });
    const text = readFileSync(config, 'utf8');
    expect((await cli('init')).code).toBe(1);
    expect((await cli('init', '--print')).out).toBe(text);
    writeFileSync(config, 'data: x\n');
    expect((await cli('init', '--force')).code).toBe(0);
    expect(readFileSync(config, 'utf8')).toBe(text);
  });
});

describe('incidents', () => {
  it('lists them, newest first, and tells the story of one by the beginning of its name', async () => {
    await withIncidents(
      sampleIncident('inc-1', AT),
      sampleIncident('inc-2', AT + 1000, { status: 'open', severity: 'low' }),
    );
    const { code, out } = await cli('incidents');
    expect(code).toBe(0);
    expect(
      out
        .split('\n')
        .slice(1, 3)
        .map((line) => line.split(/\s+/)[0]),
    ).toEqual(['inc-2', 'inc-1']);
    const story = await cli('incidents', 'inc-1');
    expect(story.out).toContain('Brute-forced login, then a bot was fetched and started');
    expect(story.out).toContain('Credential Access → Initial Access');
    expect(story.out).toContain('netsentinel replay ssh~inc-1');
    const both = await cli('incidents', 'inc-');
    expect(both).toMatchObject({ code: 4, out: '' });
    expect(both.err).toContain('2 incidents begin with');
    expect((await cli('incidents', 'inc-9')).code).toBe(4);
  });

  it('prints JSON, one a line', async () => {
    await withIncidents(sampleIncident('inc-1', AT), sampleIncident('inc-2', AT));
    const lines = (await cli('incidents', '--json')).out.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Incident).id).toSorted()).toEqual(['inc-1', 'inc-2']);
    expect(JSON.parse((await cli('incidents', 'inc-1', '--json')).out)).toMatchObject({ id: 'inc-1', score: 94 });
    expect((await cli('incidents', '--limit', '1', '--json')).out.trim().split('\n')).toHaveLength(1);
  });

  it('says so when there are none', async () => {
    await withIncidents();
    expect(await cli('incidents')).toMatchObject({ code: 0, out: 'no incidents yet\n' });
  });

  it.each(HOSTILE_TEXTS.map((text, i) => [i, text] as const))(
    'lets no control character of an attacker out (%i)',
    async (_, text) => {
      const incident = { ...hostileIncident('inc-1', text, AT), status: 'open' as const };
      await withIncidents(incident);
      for (const args of [['incidents'], ['incidents', 'inc-1']]) {
        const { code, out } = await cli(...args);
        expect(code).toBe(0);
        expect(out).not.toMatch(RAW);
      }
      expect((await cli('incidents', '--json')).out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    },
  );
});

describe('replay', () => {
  it('plays the newest recording of an incident, and the recording itself for other players', async () => {
    await withIncidents(sampleIncident('inc-1', AT));
    await withRecording('ssh~inc-1', [
      { version: 2, width: 80, height: 24 },
      [0.1, 'o', 'hello '],
      [0.2, 'i', 'typed'],
      [9, 'o', 'world'],
    ]);
    const { code, out, err } = await cli('replay', 'inc-1', '--speed', '1000');
    expect(code).toBe(0);
    expect(out).toBe('hello world\n');
    expect(err).toContain('replay');
    expect((await cli('replay', 'ssh~inc-1', '--cast')).out).toContain('[9,"o","world"]');
    expect((await cli('replay', 'ssh~other')).code).toBe(4);
  });

  it('passes colours on and makes everything else visible', async () => {
    await withIncidents(sampleIncident('inc-1', AT));
    await withRecording('ssh~inc-1', [
      [0, 'o', '\u001b[31mred\u001b[0m\u001b]0;owned\u0007\u001b]52;c;aGk=\u0007\u001b[6n\u001bc\u009b31m'],
      'no line',
      [0],
      [0, 'o', 7],
    ]);
    const { out } = await cli('replay', 'inc-1');
    expect(out).toBe('\u001b[31mred\u001b[0m\\x1b]0;owned\\x1b]52;c;aGk=\\x1b[6n\\x1bc\\x9b31m\n');
  });

  it('says when nothing was shown', async () => {
    await withIncidents(sampleIncident('inc-1', AT));
    await withRecording('ssh~inc-1', [{ version: 2 }]);
    expect((await cli('replay', 'inc-1')).err).toContain('nothing was shown');
  });
});

describe('audit verify', () => {
  it('tells a whole audit from a changed one', async () => {
    await withIncidents();
    const directory = join(folder.enforcer, 'audit');
    const audit = new AuditWriter(directory, 1e6);
    await audit.append(
      ['started', 'applied', 'reverted'].map((kind, i) => ({ seq: i + 1, entry: { time: AT, kind } })),
    );
    await audit.close();
    expect(await cli('audit', 'verify')).toMatchObject({ code: 0, out: 'the audit is whole: 3 entries\n' });
    expect(JSON.parse((await cli('audit', 'verify', '--json')).out)).toMatchObject({ ok: true, entries: 3 });
    const name = join(directory, 'audit-000000000001.jsonl');
    writeFileSync(name, readFileSync(name, 'utf8').replace('applied', 'refused'));
    const { code, out } = await cli('audit', 'verify');
    expect(code).toBe(1);
    expect(out).toContain(':2: ');
  });
});

describe('backup and restore', () => {
  const saved = () => join(top, 'saved');
  async function backedUp(): Promise<void> {
    await withIncidents(sampleIncident('inc-1', AT));
    expect((await cli('backup', saved())).code).toBe(0);
  }

  it('go round', async () => {
    await backedUp();
    rmSync(folder.root, { recursive: true });
    expect((await cli('restore', saved())).code).toBe(0);
    expect((await cli('incidents', '--json')).out).toContain('inc-1');
  });

  it('have the packets that were captured, but for files that are written now', async () => {
    const record = {
      network: '192.0.2.1',
      order: 'do-1',
      incident: '',
      startedAt: 1,
      packets: 1,
      bytes: 4,
      dropped: 0,
    };
    mkdirSync(folder.captures, { recursive: true });
    for (const [file, state] of [
      ['a.pcap', 'ended'],
      ['b.pcap', 'capturing'],
      ['c.pcap', 'capturing'],
    ] as const) {
      writeFileSync(join(folder.captures, file), 'pcap');
      writeRecord(folder.captures, { ...record, file, state });
    }
    // Whoever wrote it died long ago.
    utimesSync(recordPath(folder.captures, 'c.pcap'), 1, 1);
    // A link leads elsewhere, and would end the whole backup.
    writeRecord(folder.captures, { ...record, file: 'd.pcap', state: 'ended' });
    symlinkSync('/etc/passwd', join(folder.captures, 'd.pcap'));
    await backedUp();
    rmSync(folder.root, { recursive: true });
    expect((await cli('restore', saved())).code).toBe(0);
    expect(readRecords(folder.captures).map(({ file }) => file)).toEqual(['a.pcap', 'c.pcap', 'd.pcap']);
    expect(readFileSync(join(folder.captures, 'a.pcap'), 'utf8')).toBe('pcap');
    expect(['b.pcap', 'c.pcap', 'd.pcap'].map((file) => existsSync(join(folder.captures, file)))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('keep what is there unless told, and then keep it beside', async () => {
    await backedUp();
    writeFileSync(join(folder.root, 'marker'), '');
    expect(await cli('restore', saved())).toMatchObject({ code: 1 });
    expect((await cli('restore', saved(), '--force')).code).toBe(0);
    expect(existsSync(join(folder.root, 'marker'))).toBe(false);
    expect(existsSync(join(`${folder.root}.replaced`, 'marker'))).toBe(true);
  });

  it('do not touch what runs, nor what is already there', async () => {
    await backedUp();
    expect((await cli('backup', saved())).err).toContain('already there');
    const release = lockDataFolder(folder);
    expect((await cli('restore', saved(), '--force')).err).toContain('is running');
    release();
    expect((await cli('restore', join(top, 'nothing'))).code).toBe(4);
  });

  it.each<[string, (folder: string) => void]>([
    ['a changed file', (at) => writeFileSync(join(at, 'install.json'), '{}')],
    ['a missing file', (at) => rmSync(join(at, 'platform', 'state.db'))],
    ['an added file', (at) => writeFileSync(join(at, 'platform', 'more'), '')],
    ['a link', (at) => symlinkSync('/etc/passwd', join(at, 'platform', 'link'))],
    ['a broken manifest', (at) => writeFileSync(join(at, 'manifest.json'), '{')],
    ['a manifest of another kind', (at) => writeFileSync(join(at, 'manifest.json'), '{}')],
    [
      'a newer version',
      (at) =>
        writeFileSync(
          join(at, 'manifest.json'),
          readFileSync(join(at, 'manifest.json'), 'utf8').replace('"version": 1', '"version": 9'),
        ),
    ],
  ])('refuse a backup with %s', async (_, tamper) => {
    await backedUp();
    const bad = join(top, 'bad');
    cpSync(saved(), bad, { recursive: true });
    tamper(bad);
    rmSync(folder.root, { recursive: true });
    const { code, err } = await cli('restore', bad);
    expect(code).toBe(1);
    expect(err).toMatch(/^error /);
    expect(err).not.toContain('    at ');
    expect(existsSync(folder.root)).toBe(false);
  });
});

describe('doctor', () => {
  interface Finding {
    readonly check: string;
    readonly state: string;
    readonly found: string;
    readonly advice?: string;
  }
  const doctor = async (...args: string[]): Promise<{ code: number; findings: Finding[] }> => {
    const { code, out } = await cli('doctor', '--json', ...args);
    return {
      code,
      findings: out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Finding),
    };
  };

  it('looks at everything and says what to do', async () => {
    const { findings } = await doctor();
    const checks = findings.map((f) => f.check);
    for (const check of ['runtime', 'configuration', 'rights', 'namespace', 'clock', 'disk', 'data folder', 'nft'])
      expect(checks).toContain(check);
    const told = await cli('doctor');
    expect(told.out).toContain('What to do:');
  });

  it('names a port in use with the line that asks for it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    writeFileSync(config, `data: ${folder.root}\nconsole:\n  port: ${port}\n`);
    const { code, findings } = await doctor();
    server.close();
    expect(code).toBe(1);
    expect(findings.find((f) => f.check === `port ${port}`)).toMatchObject({
      state: 'fail',
      advice: expect.stringMatching(/yaml:3:9/) as string,
    });
  });

  it('mends what it can', async () => {
    expect((await doctor()).findings.find((f) => f.check === 'data folder')?.state).toBe('warn');
    expect((await doctor('--fix')).findings.find((f) => f.check === 'data folder')?.state).toBe('ok');
    writeFileSync(join(folder.root, 'LOCK'), '1 0\n');
    expect((await doctor()).findings.find((f) => f.check === 'data folder')?.found).toContain('lock');
    expect((await doctor('--fix')).findings.find((f) => f.check === 'data folder')?.state).toBe('ok');
    expect(existsSync(join(folder.root, 'LOCK'))).toBe(false);
  });

  it('goes on when the configuration is wrong', async () => {
    writeFileSync(config, 'consol: {}\n');
    const { code, findings } = await doctor();
    expect(code).toBe(1);
    expect(findings.find((f) => f.check === 'configuration')?.found).toContain('did you mean "console"?');
  });
});

it('an override of the data folder counts over the file', async () => {
  mkdirSync(join(top, 'other'));
  expect((await cli('--data', join(top, 'other'), 'incidents')).err).toContain(join(top, 'other'));
});
