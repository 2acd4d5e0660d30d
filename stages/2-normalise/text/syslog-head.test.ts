/** The heads that senders of syslog really write. */
import { expect, it } from 'vitest';
import { prioritySyslog, syslogHead } from './syslog-head.ts';
import { zoneOf } from './zone.ts';

const UTC = zoneOf('UTC')!;
const REFERENCE = Date.UTC(2026, 10, 21, 12);

function read(text: string) {
  const { time, host, priority, program, processId, at } = syslogHead(text, UTC, REFERENCE);
  return { time, host, priority, program, processId, message: text.slice(at) };
}

it.each([
  ['Nov 21 09:30:00 gate kernel: x', '2026-11-21T09:30:00.000Z', 'gate', 'kernel: x'],
  ['<134>Nov  1 09:30:00 gate kernel: x', '2026-11-01T09:30:00.000Z', 'gate', 'kernel: x'],
  ['Nov 21 2025 09:30:00 fw : %ASA-6-1: x', '2025-11-21T09:30:00.000Z', 'fw', ': %ASA-6-1: x'],
  ['Nov 21 2025 09:30:00: %ASA-6-1: x', '2025-11-21T09:30:00.000Z', undefined, '%ASA-6-1: x'],
  ['Nov 21 09:30:00.125: %SYS-5-X: x', '2026-11-21T09:30:00.125Z', undefined, '%SYS-5-X: x'],
  ['*Nov 21 09:30:00.125: %SYS-5-X: x', '2026-11-21T09:30:00.125Z', undefined, '%SYS-5-X: x'],
  ['2026-11-21T10:30:00.5+01:00 gate sshd[7]: x', '2026-11-21T09:30:00.500Z', 'gate', 'sshd[7]: x'],
  ['2026-11-21 09:30:00 gate sshd[7]: x', '2026-11-21T09:30:00.000Z', 'gate', 'sshd[7]: x'],
  ['Nov 21 09:30:00 filterlog[7]: x', '2026-11-21T09:30:00.000Z', undefined, 'filterlog[7]: x'],
  ['<134>Nov 1 09:30:00 gate x', '2026-11-01T09:30:00.000Z', 'gate', 'x'],
  ['no head at all', undefined, undefined, 'no head at all'],
  ['Nov 99 09:30:00 gate x', undefined, undefined, 'Nov 99 09:30:00 gate x'],
  ['<999>x', undefined, undefined, 'x'],
] as const)('%s', (text, time, host, message) => {
  expect(read(text)).toMatchObject({ time, host, message });
});

it('reads RFC 5424, structured data passed over', () => {
  expect(read('<165>1 2026-11-21T09:30:00Z gate app 42 ID7 [a@1 b="]\\""][c@1] CEF:0|x')).toEqual({
    time: '2026-11-21T09:30:00.000Z',
    host: 'gate',
    priority: 165,
    program: 'app',
    processId: '42',
    message: 'CEF:0|x',
  });
  expect(read('<165>1 - - - - - - x')).toMatchObject({ time: undefined, host: undefined, message: 'x' });
});

it('takes a priority apart', () => {
  expect(prioritySyslog(134)).toEqual({ priority: 134, facility: { code: 16 }, severity: { code: 6 } });
  expect(prioritySyslog(undefined)).toBeUndefined();
});
