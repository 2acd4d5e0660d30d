/**
 * How long a piece of a terminal takes from the platform's call to the glass: `api.live.terminal` until Chromium has drawn it. Run it alone:
 * `node e2e/console/live.bench.ts [keystrokes]`; `measureTerminal` serves whoever drives a longer path (an SSH keystroke) to the same page.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startApi } from '@netsentinel/testkit/api-harness';
import { openConsole, type OpenConsole } from '@netsentinel/testkit/browser';
import { summaryOf } from '@netsentinel/contracts/incident';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';

export interface LiveFigures {
  readonly keystrokes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface MeasureOptions {
  readonly keystrokes: number;
  /** Between one keystroke being drawn and the next being typed. */
  readonly everyMs: number;
  /** Makes this text, which no keystroke had before, appear in the watched terminal. */
  type(text: string): void | Promise<void>;
}

/** Types one mark after the other into a terminal that the page shows live; the figures are from the start of `type` to the drawn frame. */
export async function measureTerminal(shown: OpenConsole, options: MeasureOptions): Promise<LiveFigures> {
  const took: number[] = [];
  for (let i = 0; i < options.keystrokes; i++) {
    const mark = `<${i.toString(36)}>`;
    const drawn = shown.waitForTerminalText(mark);
    // Two trips through the page's queue: the observer stands before the key is struck.
    await shown.page.evaluate('0');
    const struck = performance.timeOrigin + performance.now();
    await options.type(mark);
    took.push((await drawn) - struck);
    await pause(options.everyMs);
  }
  took.sort((a, b) => a - b);
  const at = (part: number): number =>
    Number(took[Math.min(took.length - 1, Math.floor(took.length * part))]!.toFixed(1));
  return { keystrokes: took.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

export interface BenchOptions {
  readonly keystrokes: number;
  /** Incident changes a second beside the keystrokes: the page's other work. */
  readonly incidentsPerSecond: number;
}

/** The console's part of the path alone: hub, socket, page. */
export async function benchLive(options: BenchOptions): Promise<LiveFigures> {
  const consoleRoot = join(import.meta.dirname, '../../surface/console/out');
  const h = await startApi({ consoleRoot });
  const shown = await openConsole({ url: h.url, signInPath: (await h.api.firstRunPath())! });
  let version = 1;
  const incident = sampleIncident('bench', Date.now());
  const { end: _, ...session } = incident.sessions[0]!;
  const change = (): void => h.api.live.incident(summaryOf({ ...incident, version: version++ }));
  const background =
    options.incidentsPerSecond > 0 ? setInterval(change, 1000 / options.incidentsPerSecond) : undefined;
  try {
    const writer = await h.blobs.openRecording(session.recording!);
    await writer.append(Buffer.from('{"version":2,"width":80,"height":24}\n[0,"o","ready"]\n'));
    await h.state.transaction((tx) => tx.putIncident({ ...incident, sessions: [session] }));
    await shown.page.goto(`${h.url}/incident/?id=bench`);
    await shown.waitForTerminalText('ready');
    return await measureTerminal(shown, {
      keystrokes: options.keystrokes,
      everyMs: 20,
      type: async (text) => {
        const piece = Buffer.from(`${JSON.stringify([0, 'o', `\r${text}`])}\n`);
        h.api.live.terminal(session.recording!, writer.bytes, piece);
        await writer.append(piece);
      },
    });
  } finally {
    clearInterval(background);
    await shown.close();
    await h.close();
  }
}

if (import.meta.main)
  process.stdout.write(
    `${JSON.stringify(await benchLive({ keystrokes: Number(process.argv[2] ?? 200), incidentsPerSecond: 40 }))}\n`,
  );
