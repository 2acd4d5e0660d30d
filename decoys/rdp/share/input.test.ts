import { describe, expect, it } from 'vitest';
import { Keyboard } from '../screen/keyboard.ts';
import { LoginScreen } from '../screen/login-screen.ts';
import { readFastPathInput, readSlowPathInput } from './input.ts';

function slowPath(...events: readonly (readonly [type: number, flags: number, code: number, more?: number])[]): Buffer {
  const body = Buffer.alloc(4 + events.length * 12);
  body.writeUInt16LE(events.length, 0);
  for (const [i, [type, flags, code, more = 0]] of events.entries()) {
    const at = 4 + i * 12;
    body.writeUInt16LE(type, at + 4);
    body.writeUInt16LE(flags, at + 6);
    body.writeUInt16LE(code, at + 8);
    body.writeUInt16LE(more, at + 10);
  }
  return body;
}

describe('input', () => {
  it('is the same over the slow and the fast path', () => {
    const slow = readSlowPathInput(
      slowPath([4, 0, 0x1e], [4, 0x8100, 0x1c], [5, 0, 0x20ac], [0x8001, 0x9000, 10, 20], [0, 0, 4]),
    );
    const fast = readFastPathInput(
      5 << 2,
      Buffer.from([0x00, 0x1e, 0x03, 0x1c, 0x80, 0xac, 0x20, 0x20, 0x00, 0x90, 10, 0, 20, 0, 0x64]),
    );
    expect(slow).toEqual(fast);
    expect(slow.map(({ kind }) => kind)).toEqual(['key', 'key', 'unicode', 'mouse', 'sync']);
  });

  it('of fast-path says its count in the body where the header has none, and may be cut off', () => {
    expect(readFastPathInput(0, Buffer.from([2, 0x00, 0x1e, 0x01, 0x1e]))).toHaveLength(2);
    expect(readFastPathInput(0, Buffer.from([9, 0x00]))).toEqual([]);
    expect(readFastPathInput(2 << 2, Buffer.from([0x20, 1, 2]))).toEqual([]);
    expect(readSlowPathInput(Buffer.from([9, 0, 0, 0, 1]))).toEqual([]);
  });
});

describe('the keyboard', () => {
  const type = (layout: number, ...strokes: readonly (readonly [number, boolean])[]): string => {
    const keyboard = new Keyboard(layout);
    return strokes
      .map(([code, down]) => keyboard.key(code, down, false))
      .map((stroke) => (stroke?.kind === 'text' ? stroke.text : stroke === undefined ? '' : `<${stroke.name}>`))
      .join('');
  };

  it('knows shift, caps lock, the keypad and the keys that do something', () => {
    expect(
      type(
        0x409,
        [0x1e, true],
        [0x1e, false],
        [0x2a, true],
        [0x1e, true],
        [0x03, true],
        [0x2a, false],
        [0x3a, true],
        [0x1e, true],
        [0x03, true],
      ),
    ).toBe('aA@A2');
    expect(type(0x409, [0x47, true], [0x0f, true], [0x0e, true], [0x1c, true], [0x01, true])).toBe(
      '7<tab><backspace><enter><escape>',
    );
    expect(type(0x407, [0x15, true], [0x2c, true], [0x1a, true])).toBe('zyü');
    expect(type(0x40c, [0x10, true], [0x11, true])).toBe('az');
  });
});

describe('the login screen', () => {
  const screenOf = (user: string) => {
    const sent: (readonly [string, string])[] = [];
    const submit = (name: string, password: string) => void sent.push([name, password]);
    const screen = new LoginScreen({ width: 800, height: 600, keyboardLayout: 0x409, machine: 'SRV', user, submit });
    return { screen, sent };
  };
  const unicode = (text: string) =>
    text.split('').map((c) => ({ kind: 'unicode' as const, code: c.charCodeAt(0), down: true }));
  const key = (code: number) => ({ kind: 'key' as const, code, down: true, extended: false });

  it('takes a name, then a password, and sends them off with Enter or a click', () => {
    const { screen, sent } = screenOf('');
    expect(screen.input([...unicode('bob'), key(0x1c), ...unicode('pw1x'), key(0x0e), key(0x1c)])).toBe(true);
    const { form } = screen;
    screen.input([{ kind: 'mouse', flags: 0x9000, x: 220 + 340, y: form.y + 4 + 60 }]);
    screen.input([key(0x0f), ...unicode('!'), { kind: 'mouse', flags: 0x9000, x: 240, y: form.y + 4 + 60 }, key(0x1c)]);
    expect(sent).toEqual([
      ['bob', 'pw1'],
      ['bob', 'pw1'],
      ['bob!', 'pw1'],
    ]);
  });

  it('takes nothing any more once it welcomes, and changes its picture', () => {
    const { screen, sent } = screenOf('bob');
    const before = screen.draw().pack(screen.whole);
    screen.show('Welcome', true);
    expect(screen.draw().pack(screen.whole).equals(before)).toBe(false);
    expect(screen.input([...unicode('x'), key(0x1c)])).toBe(false);
    expect(sent).toEqual([]);
  });
});
