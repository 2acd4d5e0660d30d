import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planChain, planRemoval, type ChainPlan } from './own-chain.ts';

const plan: ChainPlan = { chain: 'NS', set: 'ns4', parents: ['INPUT', 'FORWARD'] };
const rule = '-A NS -m set --match-set ns4 src -j DROP';
const saved = (...lines: readonly string[]): string =>
  ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ...lines, 'COMMIT', ''].join('\n');
const inPlace = [':NS - [0:0]', '-A INPUT -j NS', '-A FORWARD -j NS', rule];

describe('planChain', () => {
  it('makes the chain, its rule and the jumps in one transaction', () => {
    expect(planChain(saved(), plan)).toEqual({
      kind: 'altered',
      what: 'the chain NS was not as we made it',
      displaced: false,
      script: ['*filter', ':NS - [0:0]', '-I INPUT 1 -j NS', '-I FORWARD 1 -j NS', rule, 'COMMIT', ''].join('\n'),
    });
    // A table that nothing was ever put in.
    expect(planChain('', plan)).toMatchObject({ kind: 'altered' });
  });

  it('leaves alone what is in place, whatever else there is', () => {
    expect(planChain(saved(...inPlace, ':DOCKER - [0:0]', '-A INPUT -j ACCEPT', '-A FORWARD -j DOCKER'), plan)).toEqual(
      {
        kind: 'in place',
      },
    );
  });

  it.each([
    ['the jump is gone', [':NS - [0:0]', '-A FORWARD -j NS', rule], 'the jump to NS was gone from INPUT', false],
    [
      'our rule is gone',
      [':NS - [0:0]', '-A INPUT -j NS', '-A FORWARD -j NS'],
      'the chain NS was not as we made it',
      false,
    ],
    ['our rule has company', [...inPlace, '-A NS -j ACCEPT'], 'the chain NS was not as we made it', false],
    [
      'our rule drops from another set',
      [...inPlace.slice(0, 3), rule.replace('ns4', 'ns9')],
      'the chain NS was not as we made it',
      false,
    ],
    [
      'something comes before it',
      [':NS - [0:0]', '-A INPUT -s 10.0.0.0/8 -j ACCEPT', ...inPlace.slice(1)],
      'another rule came before the jump to NS',
      true,
    ],
  ])('sees that %s', (_, lines, what, displaced) => {
    expect(planChain(saved(...lines), plan)).toMatchObject({ kind: 'altered', what, displaced });
  });

  it('takes every jump away that it puts back, so that there is one of each', () => {
    const verdict = planChain(saved(':NS - [0:0]', '-A INPUT -j NS', '-A INPUT -j NS', '-A FORWARD -j NS', rule), plan);
    expect(verdict.kind === 'altered' && verdict.script.split('\n')).toEqual([
      '*filter',
      ':NS - [0:0]',
      '-D INPUT -j NS',
      '-D INPUT -j NS',
      '-I INPUT 1 -j NS',
      '-D FORWARD -j NS',
      '-I FORWARD 1 -j NS',
      rule,
      'COMMIT',
      '',
    ]);
  });

  it('asks for chains of others, which it does not make', () => {
    const ufw: ChainPlan = { ...plan, parents: ['ufw-before-input'], required: ['ufw-user-input'] };
    expect(planChain(saved(), ufw)).toEqual({ kind: 'no parent' });
    // As `ufw disable` leaves it.
    expect(planChain(saved(':ufw-before-input - [0:0]'), ufw)).toEqual({ kind: 'no parent' });
    const active = [':ufw-before-input - [0:0]', ':ufw-user-input - [0:0]'];
    expect(planChain(saved(...active), ufw)).toMatchObject({ kind: 'altered' });
  });

  it('reads any table without throwing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(planChain(`:${text}\n-A ${text}\n-A INPUT ${text}`, plan).kind).toBe('altered');
      }),
    );
  });
});

it('planRemoval takes the jumps and the chain away, and nothing where there is none', () => {
  expect(planRemoval(saved(...inPlace, '-A ufw-before-input -j NS', '-A INPUT -j NSX'), 'NS')?.split('\n')).toEqual([
    '*filter',
    '-D INPUT -j NS',
    '-D FORWARD -j NS',
    '-D ufw-before-input -j NS',
    '-F NS',
    '-X NS',
    'COMMIT',
    '',
  ]);
  expect(planRemoval(saved(':NSX - [0:0]'), 'NS')).toBeUndefined();
});
