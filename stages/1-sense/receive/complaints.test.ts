/** What goes wrong is counted, logged now and then, and shown while it is new. */
import type { LogFields } from '@netsentinel/contracts/log';
import { ManualClock } from '@netsentinel/kernel/clock';
import { describe, expect, it } from 'vitest';
import { Complaints } from './complaints.ts';

function setUp() {
  const clock = new ManualClock();
  const lines: [string, LogFields | undefined][] = [];
  const none = () => undefined;
  const log = {
    debug: none,
    info: none,
    error: none,
    warn: (text: string, fields?: LogFields) => void lines.push([text, fields]),
    with: () => log,
  };
  return { clock, lines, complaints: new Complaints({ clock, log }) };
}

describe('complaints', () => {
  it('are logged at once, then once a minute with how many there were, and not when there were none', () => {
    const { clock, lines, complaints } = setUp();
    for (let i = 0; i < 500; i++) complaints.add('were dropped', 1, { sender: `192.0.2.${i % 3}` });
    expect(lines).toEqual([['were dropped', { count: 1, total: 1, sender: '192.0.2.0' }]]);
    clock.advance(60_000);
    expect(lines).toEqual([lines[0], ['were dropped', { count: 499, total: 500, sender: '192.0.2.1' }]]);
    clock.advance(600_000);
    expect(lines).toHaveLength(2);
    complaints.add('were dropped', 5);
    expect(lines.at(-1)).toEqual(['were dropped', { count: 5, total: 505 }]);
  });

  it('are problems for ten minutes', () => {
    const { clock, complaints } = setUp();
    const [dropped, refused] = ['datagrams were dropped', 'TLS connections were refused: they were late'];
    complaints.add(dropped, 2);
    complaints.add(refused);
    expect(complaints.problems()).toEqual([`2 ${dropped}`, '1 TLS connection was refused: they were late']);
    clock.advance(5 * 60_000);
    complaints.add(refused);
    clock.advance(6 * 60_000);
    expect(complaints.problems()).toEqual([`2 ${refused}`]);
    expect(complaints.count(dropped)).toBe(2);
    expect(complaints.count('never')).toBe(0);
  });
});
