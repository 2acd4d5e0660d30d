/**
 * `replay ID`: plays a recorded terminal back. On a terminal only plain text, colours and cursor movement pass: an attacker's output may try
 * to reprogram the terminal of whoever watches, so everything else is shown as a visible code.
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { readKeyring } from '@netsentinel/kernel/keyring-files';
import { masterKeys, planEncryption } from '../config/encryption-plan.ts';
import { harmless } from './harmless-terminal.ts';
import { paint, print, safe, warn } from './output.ts';
import { reading } from './reading-state.ts';
import { settings } from './settings.ts';

/** Longest silence that is waited for. */
const MAX_PAUSE_S = 2;

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('play a recorded terminal session')
    .argument('<id>', "a session's id, or an incident's (its newest recording)")
    .option('--speed <n>', 'times as fast', '1')
    .option('--cast', 'print the recording as it is (asciicast v2), for other players')
    .action(async (id: string, options: { speed: string; cast?: boolean }, command: Command) => {
      const { folder, loaded, configFile } = settings(command);
      const speed = Number(options.speed);
      if (!(speed > 0 && speed <= 1000))
        throw new NetSentinelError('USAGE_SPEED', 'user', '--speed takes a number above 0, at most 1000');
      const session = await sessionOf(command, id);
      const { readFileRecording } = await import('@netsentinel/store/blobs/files/file-blob.store');
      const bytes = await readFileRecording(join(folder.platform, 'blobs'), session, () =>
        readKeyring({ directory: folder.platform, ...masterKeys(planEncryption(loaded, configFile)) }),
      );
      if (bytes === undefined)
        throw new NetSentinelError('RECORDING_NOT_FOUND', 'user', `no recording of ${safe(id)}`, {
          hint: '`netsentinel incidents ID` names the recorded sessions.',
        });
      if (options.cast === true) process.stdout.write(bytes);
      else await play(Buffer.from(bytes).toString('utf8'), speed);
    });
}

function sessionOf(command: Command, id: string): Promise<string> {
  return reading(command, async (state) => {
    const incident = await state.incident(id);
    const recorded = incident?.sessions
      .filter((s) => s.recording !== undefined)
      .toSorted((a, b) => b.start - a.start)[0];
    return recorded?.recording ?? id;
  });
}

async function play(cast: string, speed: number): Promise<void> {
  let at = 0;
  let started = false;
  for (const line of cast.split('\n')) {
    const entry = parse(line);
    if (entry === undefined) continue;
    if (!started) warn(paint('— replay; ^C ends it —', 'dim', process.stderr));
    started = true;
    const pauseS = Math.min(entry.time - at, MAX_PAUSE_S) / speed;
    at = entry.time;
    if (process.stdout.isTTY && pauseS > 0.001) await new Promise((resolve) => setTimeout(resolve, pauseS * 1000));
    process.stdout.write(harmless(entry.text));
  }
  print();
  warn(paint(started ? '— end —' : '— nothing was shown in this session —', 'dim', process.stderr));
}

/** An output line of an asciicast v2 file; undefined for its header, input lines, and a line that a crash has cut. */
function parse(line: string): { time: number; text: string } | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!Array.isArray(value)) return undefined;
    const [time, kind, text] = value as unknown[];
    return typeof time === 'number' && kind === 'o' && typeof text === 'string' ? { time, text } : undefined;
  } catch {
    return undefined;
  }
}
