import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';
import { Netline } from './netline.ts';
import { TelnetReader } from './telnet-reader.ts';

function read(...pieces: readonly string[]): readonly string[] {
  const told: string[] = [];
  const reader = new TelnetReader({
    text: (bytes) => told.push(`text ${bytes.toString('latin1')}`),
    command: (code) => told.push(`command ${code}`),
    negotiate: (verb, option) => told.push(`${verb} ${option}`),
    suboption: (bytes) => told.push(`sub ${bytes.toString('hex')}`),
  });
  for (const piece of pieces) reader.read(Buffer.from(piece, 'hex'));
  return told;
}

describe('what comes', () => {
  it('is text, commands, negotiation and suboptions', () => {
    expect(read('6162fff663fffb18fffa1800787878fff064')).toEqual([
      'text ab',
      'command 246',
      'text c',
      '251 24',
      'sub 1800787878',
      'text d',
    ]);
  });

  it('may be cut anywhere', () => {
    const whole = '61fff6fffb18fffa18ffff78fff0ffff62';
    const bytes = whole.match(/../g)!;
    for (let at = 1; at < bytes.length; at++)
      expect(read(bytes.slice(0, at).join(''), bytes.slice(at).join('')).join(' ').replaceAll(' text ', ' ')).toBe(
        read(whole).join(' ').replaceAll(' text ', ' '),
      );
  });

  it('ends a suboption at a command, and keeps a bounded one', () => {
    expect(read('fffa1800fff6')).toEqual(['sub 1800', 'command 246']);
    expect(read(`fffa18${'61'.repeat(600)}fff0`)[0]).toHaveLength('sub '.length + 1024);
  });
});

describe('newlines', () => {
  const line = (text: string, binary = false): string =>
    new Netline().incoming(Buffer.from(text, 'latin1'), binary).toString('latin1');

  it('are one key however they come', () => {
    expect([line('a\r\nb'), line('a\r\0b'), line('a\rb'), line('a\nb')]).toEqual(['a\rb', 'a\rb', 'a\rb', 'a\nb']);
    expect(line('a\r\nb', true)).toBe('a\r\nb');
  });

  it('go out with what belongs to them', () => {
    const out = (text: string, binary = false): string =>
      new Netline().outgoing(Buffer.from(text, 'latin1'), binary).toString('latin1');
    expect([out('a\r\n'), out('a\rb'), out('a\xff'), out('a\rb\xff', true)]).toEqual([
      'a\r\n',
      'a\r\0b',
      'a\xff\xff',
      'a\rb\xff\xff',
    ]);
  });
});

describe('variables', () => {
  const variables = (text: string): Record<string, string> => {
    const found = new Map<string, string>();
    readEnvironment(Buffer.from(text, 'latin1'), found);
    return Object.fromEntries(found);
  };

  it('are names with values, escapes undone', () => {
    expect(variables('\0\0USER\x01root\x03X\x01a\x02\x01b')).toEqual({ USER: 'root', X: 'a\x01b' });
    expect(variables('\x02\0A\x01b')).toEqual({ A: 'b' });
    expect(variables('\x01\0A\x01b')).toEqual({});
    expect(variables('\0\0A\0\x01')).toEqual({});
  });

  it('are bounded', () => {
    expect(variables(`\0\0A\x01${'x'.repeat(5000)}`)['A']).toHaveLength(1024);
    expect(Object.keys(variables(`\0${Array.from({ length: 100 }, (_, n) => `\0N${n}\x01v`).join('')}`))).toHaveLength(
      64,
    );
  });
});
