import { expect, it } from 'vitest';
import { RecordingTimes } from './recording-times.ts';

const text = [
  '{"version":2,"width":80,"height":24,"timestamp":1000}',
  '[0.5,"o","$ "]',
  '[1.5,"i","w"]',
  '[61.5,"o","w"]',
  'broken',
  '[62,"o","done [99, "]',
  '',
].join('\n');
const times = new RecordingTimes(text, 990_000);

it('knows its beginning and its end', () => {
  expect(times.beginsAt).toBe(1_000_000);
  expect(times.durationMs).toBe(62_000);
  expect([999_000, 1_000_000, 1_062_500, 1_070_000].map((at) => times.has(at))).toEqual([false, true, true, false]);
  expect(new RecordingTimes('{"version":2}\n[1,"o","x"]\n', 5_000).beginsAt).toBe(5_000);
  expect(new RecordingTimes(text, 9e11).beginsAt).toBe(9e11);
});

it('leads to what happened a moment before it was told, whatever pauses were shortened', () => {
  expect(times.seekTo(1_000_000)).toBe(0);
  expect(times.seekTo(1_002_500)).toBe(1.5);
  expect(times.seekTo(1_040_000)).toBe(1.5);
  expect(times.seekTo(1_062_500)).toBe(3.5);
  expect(times.seekTo(9_000_000)).toBe(4);
});

it('knows when that is told of which is played', () => {
  expect(times.atPlayed(0)).toBe(1_001_000);
  expect(times.atPlayed(1.6)).toBe(1_002_600);
  expect(times.atPlayed(3.6)).toBe(1_062_600);
});

it('makes nothing of what is no recording', () => {
  const none = new RecordingTimes('<script>', 7);
  expect([none.durationMs, none.seekTo(9), none.has(7)]).toEqual([0, 0, true]);
});
