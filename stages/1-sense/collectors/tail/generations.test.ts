import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { beginsWith, Generations, headOf, type Generation } from './generations.ts';

const DAY_MS = 86_400_000;
const begin = Buffer.from('Nov 21 09:30:00 www sshd[1]: Server listening on 0.0.0.0 port 22.\n');
let epochs = 0;

function generation(over: Partial<Generation> = {}): Generation {
  return {
    epoch: `epoch${String(epochs++).padStart(6, '0')}`,
    inode: '1:2',
    path: '/var/log/auth.log',
    head: headOf(begin),
    kept: 10,
    format: 'syslog',
    headers: ['#fields\tts'],
    seenAt: DAY_MS,
    over: false,
    ...over,
  };
}

describe('what is remembered of files', () => {
  it('comes back as it was', () => {
    const one = generation();
    const other = generation({ format: undefined, headers: [], over: true });
    const generations = new Generations();
    generations.add(one);
    generations.add(other);
    expect([...new Generations(generations.pack()).all()]).toEqual([one, other]);
  });

  it('is nothing where the bytes are not ours', () => {
    for (const bytes of [randomBytes(100), new Uint8Array(0), Buffer.from('[]')])
      expect([...new Generations(bytes).all()]).toEqual([]);
  });

  it('fits into what the platform remembers, headers or not, however many files there are', () => {
    const generations = new Generations();
    for (let i = 0; i < 4096; i++) generations.add(generation({ headers: ['x'.repeat(1000)], inode: `1:${i}` }));
    const packed = generations.pack();
    expect(packed.length).toBeLessThan(1024 * 1024);
    expect([...new Generations(packed).all()]).toHaveLength(4096);
  });

  it('forgets what has long been gone, and the oldest beyond the bound', () => {
    const generations = new Generations();
    generations.add(generation({ seenAt: 0 }));
    for (let i = 0; i < 5000; i++) generations.add(generation({ seenAt: 20 * DAY_MS + i }));
    generations.forget(20 * DAY_MS);
    const left = [...generations.all()];
    expect(left).toHaveLength(4096);
    expect(Math.min(...left.map(({ seenAt }) => seenAt))).toBe(20 * DAY_MS + 904);
  });
});

describe('which generation a file holds', () => {
  it('is told by its first bytes, as far as they were there', () => {
    const head = headOf(begin.subarray(0, 30));
    expect(beginsWith(begin, head)).toBe(true);
    expect(beginsWith(begin.subarray(0, 20), head)).toBe(false);
    expect(beginsWith(Buffer.from('something else that is as long as it was'), head)).toBe(false);
  });

  it.each([
    ['/var/log/auth.log.1', true],
    ['/var/log/auth.log-20261121', true],
    ['/var/log/auth.log.2.gz', true],
    ['/var/log/auth-20261121.log', true],
    ['/var/log/other.log', false],
    ['/srv/log/auth.log.1', false],
  ])('a copy under the name %s: %s', (path, is) => {
    const generations = new Generations();
    const one = generation();
    generations.add(one);
    expect(generations.copiedTo(path, begin)).toBe(is ? one : undefined);
  });

  it('too few first bytes say nothing of a copy', () => {
    const generations = new Generations();
    generations.add(generation({ head: headOf(begin.subarray(0, 10)) }));
    expect(generations.copiedTo('/var/log/auth.log.1', begin)).toBeUndefined();
  });
});
