/** A Telnet client that refuses all options but the server's echo: enough to log in and have commands run. */
import type { Probe } from './probe.ts';
import type { VerifyTarget } from './verify.types.ts';

const IAC = 255;
const LIMIT_MS = 30_000;
const MAX_TEXT = 256 * 1024;

/** Text without options, until enough is there. */
export async function readTelnet(probe: Probe, enough: (text: string) => boolean, timeoutMs = 4_000): Promise<string> {
  let text = '';
  const until = performance.now() + timeoutMs;
  while (!enough(text) && performance.now() < until && !probe.ended && text.length < MAX_TEXT) {
    const bytes = await probe.read((all) => all.length > 0, until - performance.now());
    const answers: number[] = [];
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] !== IAC) text += String.fromCodePoint(bytes[i]!);
      else if (bytes[i + 1]! >= 251) {
        const [verb, option] = [bytes[i + 1]!, bytes[i + 2]!];
        // WILL echo and WILL go ahead are welcome; whatever else is offered or asked for is refused.
        if (verb === 251) answers.push(IAC, option === 1 || option === 3 ? 253 : 254, option);
        // Some servers (Twisted's) go on only once their going back is acknowledged.
        if (verb === 252) answers.push(IAC, 254, option);
        if (verb === 253) answers.push(IAC, 252, option);
        i += 2;
      } else i++;
    }
    if (answers.length > 0) probe.send(Buffer.from(answers));
  }
  return text;
}

export const asksName = (text: string): boolean => /(?:login|username): ?$/i.test(text);
const isPrompt = (text: string): boolean => /[#$>] $/.test(text);
export const asksPassword = (text: string): boolean => /password: ?$/i.test(text);

/** What the terminal shows of commands after a login; undefined where nobody is let in with so many tries. */
export async function runTelnet(
  target: VerifyTarget,
  how: {
    readonly user: string;
    readonly password: string;
    readonly tries: number;
    readonly lines: readonly string[];
  },
): Promise<string | undefined> {
  let tries = 0;
  const until = performance.now() + LIMIT_MS;
  while (tries < how.tries && performance.now() < until) {
    const probe = await target.connect();
    await readTelnet(probe, asksName);
    while (tries < how.tries && !probe.ended && performance.now() < until) {
      tries++;
      probe.send(`${how.user}\r\n`);
      await readTelnet(probe, asksPassword);
      probe.send(`${how.password}\r\n`);
      const said = await readTelnet(probe, (text) => asksName(text) || isPrompt(text), 9_000);
      if (asksName(said)) continue;
      if (!isPrompt(said)) break;
      // Not before the prompt: what is typed ahead shows up in the middle of answers.
      let shown = '';
      for (const line of how.lines) {
        probe.send(`${line}\r\n`);
        shown += await readTelnet(probe, isPrompt, 10_000);
      }
      return shown;
    }
  }
  return undefined;
}
