import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { parseNetwork } from '@netsentinel/kernel/address';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { blockOf, FakeResponderContext, until } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Responder } from '../../responder.types.ts';
import { CommandConfig } from './command.config.ts';
import { command } from './command.responder.ts';
import { fillPlaceholders } from './fill-placeholders.ts';

/** A firewall that is a folder: a file for each network, `/` as `_`. */
const SCRIPT = `#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo "$*" >> asked
[ ! -e broken ] || { echo 'it is broken' >&2; exit 1; }
case $1 in
  block) echo "$3" > "held/$(echo "$2" | tr / _)" ;;
  unblock) rm -f "held/$(echo "$2" | tr / _)" ;;
  list) ls held | tr _ / ;;
  replace) rm -f held/*; while read -r network seconds; do echo "$seconds" > "held/$(echo "$network" | tr / _)"; done ;;
  env) env > environment ;;
  hang) exec sleep 60 ;;
esac
`;

function makeWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-command-'));
  const program = join(folder, 'firewall');
  mkdirSync(join(folder, 'held'));
  writeFileSync(program, SCRIPT);
  chmodSync(program, 0o755);
  return {
    folder,
    config: {
      block: [program, 'block', '{network}', '{seconds}'],
      unblock: [program, 'unblock', '{network}'],
      list: [program, 'list'],
      checkMs: 100,
    },
    program,
    blocked: () => readdirSync(join(folder, 'held')).map((name) => name.replace('_', '/')),
  };
}

responderSuite('command', () => {
  const { folder, config, blocked } = makeWorld();
  return Promise.resolve({
    clock: systemClock,
    log: silentLogger,
    create: (ctx) => command.create(ctx, CommandConfig.parse(config)),
    blocked: () => Promise.resolve(blocked()),
    vandalize: () => {
      for (const name of readdirSync(join(folder, 'held'))) rmSync(join(folder, 'held', name));
      return Promise.resolve();
    },
    until,
    destroy: () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
});

describe('command', () => {
  let world: ReturnType<typeof makeWorld>;
  let responder: Responder;
  let ctx: FakeResponderContext;
  const block = blockOf('198.51.100.7', 59_001);
  const make = (change: object = {}): Responder =>
    (responder = command.create(ctx, CommandConfig.parse({ ...world.config, checkMs: 4000, ...change })));
  beforeEach(() => {
    world = makeWorld();
    ctx = new FakeResponderContext();
  });
  afterEach(async () => {
    await responder.close();
    rmSync(world.folder, { recursive: true, force: true });
  });
  const asked = (): string[] => readFileSync(join(world.folder, 'asked'), 'utf8').trim().split('\n');

  it('hands over the whole list at once where it may', async () => {
    ctx.intend('198.51.100.1', '2001:db8::/64');
    await make({ replace: [world.program, 'replace'], list: undefined }).start();
    expect(asked()).toEqual(['replace']);
    expect(world.blocked().toSorted()).toEqual(['198.51.100.1', '2001:db8::/64']);
    await responder.clear();
    expect(world.blocked()).toEqual([]);
  });

  it('has nothing to tell of our environment', async () => {
    process.env['NETSENTINEL_TEST_SECRET'] = 'geheim';
    await make({ block: [world.program, 'env'] }).start();
    const [outcome] = await responder.apply([block]);
    expect(outcome).toMatchObject({ ok: true });
    // It has blocked nothing, and `list` says so.
    expect(outcome?.ok === true && (await outcome.verified)).toBe(false);
    const environment = readFileSync(join(world.folder, 'environment'), 'utf8');
    expect(environment).toContain('PATH=/usr/sbin:');
    expect(environment).not.toContain('geheim');
    delete process.env['NETSENTINEL_TEST_SECRET'];
  });

  it('kills what does not end', async () => {
    await make({ block: [world.program, 'hang'], timeoutMs: 200 }).start();
    expect(await responder.apply([block])).toMatchObject([{ ok: false, reason: expect.stringContaining('SIGKILL') }]);
  });

  it('passes on what the program complains of, and makes all equal once it works', async () => {
    writeFileSync(join(world.folder, 'broken'), '');
    expect(await make({ checkMs: 100 }).start()).toMatchObject({ available: false, reason: 'list: it is broken' });
    expect(await responder.apply([block])).toMatchObject([{ ok: false, reason: 'list: it is broken' }]);
    rmSync(join(world.folder, 'broken'));
    await until(() => responder.availability().available && existsSync(join(world.folder, 'held', '198.51.100.7')));
  });

  it('says that there is no such program', async () => {
    expect(await make({ list: ['no-such-program'] }).start()).toMatchObject({
      available: false,
      reason: expect.stringContaining('ENOENT'),
    });
  });

  it('refuses a configuration that could not be put right after a crash', () => {
    const { list: _, ...rest } = world.config;
    make();
    expect(CommandConfig.safeParse(rest).error?.issues[0]?.message).toContain('nobody could take back');
    expect(CommandConfig.safeParse({ ...world.config, block: ['{network}'] }).success).toBe(false);
  });
});

it('fills in what stands in braces, and leaves all else as it is', () => {
  const args = ['fw', '{network}', '-a={address}/{prefix}', '{family}', '{seconds}', '{until}', '$(id); {other} {}'];
  const network = parseNetwork('2001:db8::/64')!;
  expect(fillPlaceholders(args, network, { seconds: 5, until: 9 })).toEqual([
    'fw',
    '2001:db8::/64',
    '-a=2001:db8::/64',
    '6',
    '5',
    '9',
    '$(id); {other} {}',
  ]);
  expect(fillPlaceholders(['fw', '{seconds}'], network)).toEqual(['fw', '{seconds}']);
});
