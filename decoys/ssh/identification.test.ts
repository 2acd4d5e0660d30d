import { describe, expect, it } from 'vitest';
import { INVALID_IDENTIFICATION, MAJOR_VERSIONS_DIFFER, readIdentification } from './identification.ts';

const read = (text: string) => readIdentification(Buffer.from(text, 'latin1'));

describe('readIdentification', () => {
  it.each(['SSH-2.0-x\r\n', 'SSH-2.0-x\n', 'SSH-1.99-x\r\n', 'SSH-2.1-x y z\r\n'])('accepts %j', (line) => {
    const result = read(`${line}rest`);
    expect(result).toEqual({ kind: 'accepted', version: line.trimEnd(), used: line.length });
  });

  it('waits for the end of the line', () => {
    expect(read('SSH-2.0-OpenSSH_9.2').kind).toBe('incomplete');
    expect(read('').kind).toBe('incomplete');
  });

  it.each(['GET / HTTP/1.1\r\n', 'line\r\nSSH-2.0-x\r\n', '\0\x01\n', 'SSH-2.0-\r\n', 'SSH-abc\r\n', 'a\rb\n'])(
    'refuses %j as no identification',
    (line) => {
      const result = read(line);
      expect(result).toMatchObject({ kind: 'refused', reply: INVALID_IDENTIFICATION });
    },
  );

  it('stops reading where sshd does: at the end of the line, or at the offending byte', () => {
    expect(read('GET /\r\nHost: x\r\n')).toMatchObject({ used: 7 });
    expect(read('ab\0cd\n')).toMatchObject({ used: 3 });
  });

  it.each(['SSH-1.5-x\r\n', 'SSH-3.0-x\r\n'])('tells %j that the major versions differ', (line) => {
    expect(read(line)).toMatchObject({ kind: 'refused', reply: MAJOR_VERSIONS_DIFFER });
  });

  it('closes without a word on the scanner that sshd knows by name', () => {
    expect(read('SSH-2.0-Probe-x\r\n')).toMatchObject({ kind: 'refused', reply: '' });
  });

  it('takes a line of 8192 bytes and no longer one, ended or not', () => {
    const longest = `SSH-2.0-${'A'.repeat(8184)}`;
    expect(read(`${longest}\r\n`).kind).toBe('accepted');
    expect(read(`${longest}A\r\n`).kind).toBe('refused');
    expect(read('A'.repeat(9000)).kind).toBe('refused');
  });
});
