import { describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { fakePersona } from '@netsentinel/testkit/ssh-harness';
import type { Machine, OpenMachine } from '../shell/shell.types.ts';
import { MachinePool } from './machine-pool.ts';

/** A machine whose only state is a text, and its revision the length of it. */
function setup(maxIdle = 2, memory = new Map<string, Uint8Array>()) {
  const clock = new ManualClock();
  const states: { text: string }[] = [];
  const openMachine: OpenMachine = (_persona, _clock, snapshot) => {
    const state = { text: snapshot === undefined ? '' : Buffer.from(snapshot).toString() };
    states.push(state);
    return {
      get revision() {
        return state.text.length;
      },
      snapshot: () => Buffer.from(state.text),
    } as unknown as Machine;
  };
  const pool = new MachinePool({
    persona: fakePersona,
    openMachine,
    clock,
    memory: {
      recall: (key) => Promise.resolve(memory.get(key)),
      remember: (key, value) => {
        memory.set(key, Uint8Array.from(value));
        return true;
      },
    },
    maxIdle,
    name: 'm',
  });
  const saved = (actor: string) => {
    const value = memory.get(`machine/m/${actor}`);
    return value === undefined ? undefined : Buffer.from(value).toString();
  };
  return { pool, clock, states, memory, saved };
}

describe('MachinePool', () => {
  it('gives all sessions of an attacker one machine, opened once', async () => {
    const { pool, states } = setup();
    const [first, second] = await Promise.all([pool.acquire('192.0.2.1'), pool.acquire('192.0.2.1')]);
    const other = await pool.acquire('192.0.2.2');
    expect(first.machine).toBe(second.machine);
    expect(other.machine).not.toBe(first.machine);
    expect(states).toHaveLength(2);
  });

  it('saves a while after a change, and once more on release', async () => {
    const { pool, clock, states, saved } = setup();
    const lease = await pool.acquire('a');
    states[0]!.text = 'x';
    lease.changed();
    states[0]!.text = 'xy';
    lease.changed();
    expect(saved('a')).toBeUndefined();
    clock.advance(2000);
    expect(saved('a')).toBe('xy');
    states[0]!.text = 'xyz';
    lease.release();
    expect(saved('a')).toBe('xyz');
  });

  it('writes nothing where nothing changed', async () => {
    const { pool, clock, memory } = setup();
    const lease = await pool.acquire('a');
    lease.changed();
    clock.advance(10_000);
    lease.release();
    pool.close();
    expect(memory.size).toBe(0);
  });

  it('lets the longest unused machines go, never those in use, and has them again from memory', async () => {
    const { pool, states } = setup(1);
    const held = await pool.acquire('held');
    const first = await pool.acquire('first');
    states[1]!.text = 'mine';
    first.release();
    first.release();
    (await pool.acquire('second')).release();
    expect(pool.size).toBe(2);
    expect(held.machine.revision).toBe(0);
    expect((await pool.acquire('first')).machine.revision).toBe(4);
    expect(states).toHaveLength(4);
  });

  it('knows who has been here', async () => {
    const { pool, states } = setup(0);
    expect(await pool.acquireKnown('a')).toBeUndefined();
    const lease = await pool.acquire('a');
    states[0]!.text = 'x';
    expect(await pool.acquireKnown('a')).toMatchObject({ machine: lease.machine });
  });

  it('saves everything on close', async () => {
    const { pool, states, saved } = setup();
    await pool.acquire('a');
    states[0]!.text = 'open';
    pool.close();
    expect(saved('a')).toBe('open');
  });
});
