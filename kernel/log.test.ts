import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createLogger, printable, silentLogger } from './log.ts';

function logged(level?: 'debug' | 'info' | 'warn' | 'error') {
  const lines: string[] = [];
  const log = createLogger('test', {
    ...(level === undefined ? {} : { level }),
    write: (line) => lines.push(line),
    now: () => 0,
  });
  return { log, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('the log', () => {
  it('is one JSON object a line, from its level up', () => {
    const { log, parsed } = logged('warn');
    log.debug('no');
    log.info('no');
    log.warn('careful', { n: 1, big: 10n, on: true, none: undefined, nothing: null });
    log.error('broken', { error: new Error('why'), object: { a: [1] } });
    expect(parsed()).toEqual([
      {
        time: '1970-01-01T00:00:00.000Z',
        level: 'warn',
        component: 'test',
        message: 'careful',
        n: 1,
        big: '10',
        on: true,
        nothing: null,
      },
      {
        time: '1970-01-01T00:00:00.000Z',
        level: 'error',
        component: 'test',
        message: 'broken',
        error: 'why',
        object: '{"a":[1]}',
      },
    ]);
  });

  it('says info by default, and carries bound fields', () => {
    const { log, parsed } = logged();
    log.debug('no');
    log.with({ a: 1 }).with({ b: 2 }).info('yes', { c: 3 });
    expect(parsed()).toMatchObject([{ message: 'yes', a: 1, b: 2, c: 3 }]);
  });

  it('lets no field break its line or reach a terminal, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        const { log, lines } = logged();
        log.info('m', { text });
        expect(lines).toHaveLength(1);
        expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(lines[0]!.length).toBeLessThan(8 * 1024);
      }),
    );
  });

  it('writes to stderr, or says nothing at all', () => {
    const spy = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    createLogger('test').info('here');
    for (const level of ['debug', 'info', 'warn', 'error'] as const) silentLogger.with({})[level]('never');
    expect(spy).toHaveBeenCalledTimes(1);
    spy.mockRestore();
  });
});

it('printable text is cut and shows its controls', () => {
  expect(printable('abc', 3)).toBe('abc');
  expect(printable('abcd', 3)).toBe('abc…');
  expect(printable('\u001b[2J\u009b\u202e', 20)).toBe('\\u{1b}[2J\\u{9b}\\u{202e}');
});
