/** Speaks from addresses of a lab's attacker with named services, and tells which of them answered and whom that saw. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TalkRequest, TalkResult } from './netns-services.ts';

export const SERVICES_PROGRAM = fileURLToPath(new URL('./netns-services.ts', import.meta.url));

/** Only a test that fails waits so long: the machine may have more to do. */
const PATIENCE_MS = 30_000;
/** So long without an answer counts as none. */
const SILENCE_MS = 1500;

/** Resolves once the program in the namespace is ready; hears its later lines. */
export function servicesReady(child: ChildProcess, onLine: (line: string) => void = () => {}): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`the program ended with ${code}`)));
    if (child.stdout === null) return reject(new Error('no stdout'));
    return createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') resolve();
      else onLine(line);
    });
  });
}

/** One connection, or one UDP socket. */
export class Conversation {
  /** All answers so far, each the name of who answered and whom that saw. */
  readonly heard: string[] = [];
  ended = false;
  readonly #send: (times: number) => void;

  constructor(send: (times: number) => void) {
    this.#send = send;
  }

  /** Says something so many times and waits for nothing. */
  say(times = 1): void {
    this.#send(times);
  }

  /** Says something and answers what comes back; undefined where nothing does, or the connection ends. */
  async ask(timeoutMs = PATIENCE_MS): Promise<string | undefined> {
    const before = this.heard.length;
    this.say();
    const end = performance.now() + timeoutMs;
    while (this.heard.length === before && !this.ended && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 10));
    return this.heard[before];
  }

  /** True where nobody answers. */
  async isSilent(): Promise<boolean> {
    return (await this.ask(SILENCE_MS)) === undefined;
  }
}

export class ServiceTalk {
  readonly #child: ChildProcess;
  readonly #open: Conversation[] = [];

  /** `child`: this program's `talk` in a namespace. */
  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(child: ChildProcess): Promise<ServiceTalk> {
    const talk = new ServiceTalk(child);
    await servicesReady(child, (line) => {
      const { id, heard, ended } = JSON.parse(line) as TalkResult;
      const conversation = talk.#open[id];
      if (heard !== undefined) conversation?.heard.push(heard);
      if (ended === true && conversation !== undefined) conversation.ended = true;
    });
    return talk;
  }

  /** A connection of its own; nothing is sent before something is said. */
  open(protocol: 'tcp' | 'udp', source: string, target: string, port: number, sourcePort?: number): Conversation {
    const id = this.#open.length;
    const conversation = new Conversation((times) => {
      const request: TalkRequest = {
        id,
        protocol,
        source,
        target,
        port,
        times,
        ...(sourcePort === undefined ? {} : { sourcePort }),
      };
      this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    });
    this.#open.push(conversation);
    return conversation;
  }
}
