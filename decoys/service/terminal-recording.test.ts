import { describe, expect, it } from 'vitest';
import { systemClock } from '@netsentinel/kernel/clock';
import { TerminalRecording } from './terminal-recording.ts';

function recorded(columns: number, rows: number, act: (recording: TerminalRecording) => void): unknown[] {
  let text = '';
  const sink = {
    bytes: 0,
    write: (chunk: Uint8Array) => void (text += Buffer.from(chunk).toString()),
    close: () => {},
  };
  act(new TerminalRecording(sink, systemClock, 10_000, { columns, rows, terminal: 'xterm' }));
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('a recording', () => {
  it('has the size that the client asked for', () => {
    const [header, resized] = recorded(120, 40, (recording) => recording.resize(100, 30));
    expect(header).toMatchObject({ version: 2, width: 120, height: 40 });
    expect(resized).toEqual([expect.any(Number), 'r', '100x30']);
  });

  it('can be watched where the client named no size, as `ssh -tt` without a terminal does', () => {
    const [header, resized] = recorded(0, 0, (recording) => recording.resize(0, 0));
    expect(header).toMatchObject({ width: 80, height: 24 });
    expect(resized).toEqual([expect.any(Number), 'r', '80x24']);
  });

  it('puts characters together that came in parts', () => {
    const typed = Buffer.from('naïve 漢字');
    const lines = recorded(80, 24, (recording) => {
      recording.output(Buffer.from('$ '));
      for (const byte of typed) recording.output(Buffer.from([byte]));
    });
    const shown = lines.slice(1).map((line) => (line as [number, string, string])[2]);
    expect(shown).toEqual(['$ ', ...Array.from('naïve 漢字')]);
  });
});
