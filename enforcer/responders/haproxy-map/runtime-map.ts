/**
 * One map of a running HAProxy, by its runtime socket (Management Guide, section 9.3): a connection for each line of commands, which end with
 * an empty line each. What is sent at once must fit in its buffer (16 KB by default).
 */
import { connect } from 'node:net';
import type { Clock } from '@netsentinel/contracts/clock';

const MAX_LINE = 12_000;
const MAX_ANSWER = 64 * 1024 * 1024;

export class RuntimeMap {
  readonly #socket: string;
  readonly #file: string;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(config: { readonly socket: string; readonly file: string; readonly timeoutMs: number }, clock: Clock) {
    this.#socket = config.socket;
    this.#file = config.file;
    this.#clock = clock;
    this.#timeoutMs = config.timeoutMs;
  }

  /** Adds networks that are not in the map: HAProxy would hold them twice. */
  async add(networks: readonly string[], version = ''): Promise<void> {
    for (const part of inParts(networks.map((network) => `${network} 1`)))
      complain(await this.ask(`add map ${version}${this.#file} <<\n${part.join('\n')}\n`));
  }

  /** Networks that are not there are no mistake. */
  async remove(networks: readonly string[]): Promise<void> {
    for (const part of inParts(networks.map((network) => `del map ${this.#file} ${network}`)))
      complain((await this.ask(part.join(';'))).replaceAll('Key not found.', ''));
  }

  /** Puts another content in place of all there is, at one moment. */
  async replace(networks: readonly string[]): Promise<void> {
    const prepared = await this.ask(`prepare map ${this.#file}`);
    const version = /version created: (\d{1,9})/i.exec(prepared)?.[1];
    if (version === undefined) return complain(prepared || 'it did not prepare another map (HAProxy 2.4 is needed)');
    await this.add(networks, `@${version} `);
    complain(await this.ask(`commit map @${version} ${this.#file}`));
  }

  /** What is in it now. */
  async list(): Promise<string[]> {
    const answer = await this.ask(`show map ${this.#file}`);
    const entries: string[] = [];
    for (const line of answer.split('\n')) {
      if (line.trim() === '') continue;
      const [where, key] = line.split(' ');
      if (where === undefined || key === undefined || !where.startsWith('0x')) return complain(line) ?? [];
      entries.push(key);
    }
    return entries;
  }

  /** How many are in it; undefined where HAProxy has no such map. */
  async count(): Promise<number | undefined> {
    const lines = (await this.ask('show map')).split('\n');
    const line = lines.find((text) => text.includes(`(${this.#file})`));
    const count = /entry_cnt=(\d{1,9})/.exec(line ?? '')?.[1];
    return count === undefined ? undefined : Number(count);
  }

  /** Which of these addresses it would find something for. */
  async finds(addresses: readonly string[]): Promise<boolean[]> {
    const found: boolean[] = [];
    for (const part of inParts(addresses.map((address) => `get map ${this.#file} ${address}`))) {
      const answer = await this.ask(part.join(';'));
      for (const line of answer.split('\n')) if (line.includes('found=')) found.push(line.includes('found=yes'));
    }
    return found;
  }

  /** Rejects where HAProxy cannot be reached or does not answer. */
  ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ path: this.#socket });
      let answer = '';
      const end = (error?: Error): void => {
        cancel();
        socket.destroy();
        if (error === undefined) resolve(answer);
        else reject(error);
      };
      const cancel = this.#clock.after(this.#timeoutMs, () => end(new Error('HAProxy does not answer')));
      socket.setEncoding('latin1');
      socket.on('connect', () => socket.write(`${line}\n`));
      socket.on('data', (text: string) => {
        answer += text;
        if (answer.length > MAX_ANSWER) end(new Error('HAProxy answers without end'));
      });
      socket.on('error', end);
      socket.on('end', () => end());
    });
  }
}

function complain(answer: string): undefined {
  const text = answer.trim();
  if (text !== '') throw new Error(text.split('\n')[0]!.slice(0, 200));
}

function* inParts(lines: readonly string[]): Generator<string[]> {
  let part: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (length + line.length + 1 > MAX_LINE) {
      yield part;
      [part, length] = [[], 0];
    }
    part.push(line);
    length += line.length + 1;
  }
  if (part.length > 0) yield part;
}
