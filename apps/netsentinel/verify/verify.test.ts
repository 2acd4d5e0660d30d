/** What a run over several machines says: every finding, who was not there, who is not known, and what machines share. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { AddressInfo } from 'node:net';
import { createPersona } from '@netsentinel/decoys/persona/persona';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import { compareMachines, compareServices } from './between-services.ts';
import { ownSource } from './own-source.ts';
import { closePeers, ownDecoys, peer, played } from './verify.fixture.ts';
import { scoreOf, verifyDecoys } from './verify.ts';
import { ALIKE, tell, type VerifyFinding, type VerifyTarget } from './verify.types.ts';

const persona = createPersona(new Uint8Array([4, 2]), 'ubuntu-22.04-web');

afterEach(closePeers);

const tells = (findings: readonly VerifyFinding[]): string[] =>
  findings.filter(({ outcome }) => outcome.result === 'tell').map(({ check }) => check);

describe('a run', () => {
  it('over a machine of ours finds nothing, and says so of each check', async () => {
    const own = (await ownDecoys('debian-12-database')).filter(({ type }) => type === 'redis' || type === 'postgres');
    const heard: VerifyFinding[] = [];
    const verdict = await verifyDecoys(own.map(played), { from: '127.55.1.2', onFinding: (one) => heard.push(one) });
    expect(tells(verdict.findings)).toEqual([]);
    expect(verdict).toMatchObject({ score: 0, unreachable: [], notLookedAt: [] });
    expect(heard).toEqual(verdict.findings);
    expect(heard.filter(({ outcome }) => outcome.result === 'alike').length).toBeGreaterThan(10);
  }, 30_000);

  it('sees an imitation of SSH by its greeting, its answers and its lists', async () => {
    const port = await peer(
      'SSH-2.0-OpenSSH_6.0p1 Debian-4+deb7u2\r\n',
      (line) => (line.startsWith('SSH-1337') ? 'bad version SSH-1337\n' : 'Protocol mismatch.\n'),
      true,
    );
    const { score, findings } = await verifyDecoys([played({ type: 'ssh', port, persona })]);
    expect(tells(findings)).toEqual(
      expect.arrayContaining([
        'ssh-banner',
        'ssh-bad-version',
        'ssh-no-version',
        'ssh-newlines',
        'ssh-kex-complete',
        'default-greeting',
      ]),
    );
    expect(findings.find(({ check }) => check === 'machine-distribution')?.outcome).toMatchObject({
      tell: 'ssh-1 says debian; the machine is ubuntu',
    });
    expect(score).toBe(100);
  }, 60_000);

  it('names what no check knows, and who is not there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { findings, unreachable, notLookedAt } = await verifyDecoys([
      played({ type: 'ssh', port, persona }),
      played({ type: 'gopher', port: await peer('hello\r\n', () => undefined), persona }),
    ]);
    expect(unreachable).toEqual([
      { decoy: 'ssh-1', reason: expect.stringContaining('nothing answers at 127.0.0.1') as string },
    ]);
    expect(findings.filter(({ decoy }) => decoy === 'ssh-1')).toEqual([]);
    expect(notLookedAt).toEqual([{ decoy: 'gopher-1', reason: 'no check knows what gopher should answer' }]);
  }, 30_000);
});

it('comes from an address of its own, and says where nobody could mark it', async () => {
  const { address, unmarked } = await ownSource('/nowhere/control.sock');
  expect(address).toMatch(/^127\.\d+\.\d+\.\d+$/);
  expect(address).not.toMatch(/^127\.0\./);
  expect(unmarked).toMatch(/not running/);
});

describe('machines', () => {
  const told = (value: string): Parameters<typeof compareMachines>[0][0]['told'] => [
    { target: { decoy: 'https-1' } as VerifyTarget, claims: [{ about: 'identity', value }] },
  ];

  it('may not share what is one of a kind', () => {
    const [shared] = compareMachines([
      { name: 'a', told: told('certificate 1') },
      { name: 'b', told: told('certificate 1') },
    ]);
    expect(shared?.outcome).toEqual(tell('a and b have the same certificate 1'));
    expect(
      compareMachines([
        { name: 'a', told: told('certificate 1') },
        { name: 'b', told: told('certificate 2') },
      ])[0]?.outcome,
    ).toEqual(ALIKE);
    expect(compareMachines([{ name: 'a', told: told('certificate 1') }])).toEqual([]);
  });

  it('have one clock', () => {
    const clock = (value: string): unknown =>
      compareServices(persona, [
        { target: { decoy: 'smb-1' } as VerifyTarget, claims: [{ about: 'clock skew, s', value }] },
      ]).find(({ check }) => check === 'machine-clock')?.outcome;
    expect(clock('1')).toEqual(ALIKE);
    expect(clock('-3600')).toEqual(tell('the clock of smb-1 is -3600 s off'));
  });
});

describe('the services of a machine', () => {
  const target = { decoy: 'smb-1' } as VerifyTarget;
  const outcome = (
    of: Persona,
    check: string,
    claims: Parameters<typeof compareServices>[1][0]['claims'] = [],
  ): unknown => compareServices(of, [{ target, claims }]).find((finding) => finding.check === check)?.outcome;

  it('may call it by any of its own names, and by no other', () => {
    expect(outcome(persona, 'machine-name-told', [{ about: 'host name', value: persona.netbios.name }])).toEqual(ALIKE);
    expect(outcome(persona, 'machine-name-told', [{ about: 'host name', value: 'SRV04' }])).toEqual(
      tell(`smb-1 says SRV04; the machine is ${persona.hostname.toLowerCase()}`),
    );
  });

  it('must not have what honeypots ship with', () => {
    const cowrie = {
      ...persona,
      hostname: 'svr04',
      users: [{ ...persona.users[0]!, name: 'phil' }],
      os: { ...persona.os, kernelRelease: '3.2.0-4-amd64' },
    };
    for (const check of ['machine-host-name', 'machine-users', 'machine-kernel'])
      expect(outcome(cowrie, check)).toMatchObject({ result: 'tell' });
  });

  it('need hardware that fits together', () => {
    expect(outcome(persona, 'machine-hardware')).toEqual(ALIKE);
    expect(outcome({ ...persona, hardware: { ...persona.hardware, maker: 'Acer' } }, 'machine-hardware')).toMatchObject(
      { result: 'tell' },
    );
  });
});

it('scores tells as independent evidence', () => {
  const finding = (weight: number): VerifyFinding => ({
    decoy: 'd',
    check: 'c',
    title: 't',
    weight,
    outcome: tell('x'),
  });
  expect(scoreOf([])).toBe(0);
  expect(scoreOf([finding(50), finding(50)])).toBe(75);
  expect(scoreOf([finding(100)])).toBe(100);
});
