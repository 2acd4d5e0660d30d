/** Bytes of one connection: requests are read, told, run in order, and paused while one waits. Pure: everything else is the session's. */
import type { ServiceProtocol, ServiceSession } from '../service/service.types.ts';
import type { MachineLease } from '../service/machine-pool.ts';
import { classify } from './attack-patterns.ts';
import { RedisClient } from './redis-client.ts';
import { quoted } from './monitor-line.ts';
import type { RedisServer } from './redis-server.ts';
import { ErrorReply } from './resp/reply.ts';
import { RequestInput } from './resp/request-input.ts';

const MAX_BUFFER = 8 * 1024 * 1024;
const MAX_STATEMENT = 8192;
/** Commands told of one session: all at first, then only those that are telling. */
const MAX_TOLD = 300;
const MAX_TELLING = 2000;
/** Output joined into one write. */
const FLUSH_BYTES = 16 * 1024;
/** After so long in one turn, everybody else's turn comes before the rest of what this client sent. */
const TURN_MS = 8;

export class RedisProtocol implements ServiceProtocol {
  readonly #session: ServiceSession;
  readonly #server: RedisServer;
  readonly #input = new RequestInput(MAX_BUFFER);
  readonly #client: RedisClient;
  readonly #release: () => void;
  #lease: MachineLease | undefined;
  #told = 0;
  #ended = false;
  #output = '';
  #corked = false;
  /** The client does not take its answers: it gets no more until it does. */
  #congested = false;
  #yielding = false;
  #leasing = false;

  constructor(session: ServiceSession, server: RedisServer, release: () => void) {
    this.#session = session;
    this.#server = server;
    this.#release = release;
    this.#client = new RedisClient(session, server, {
      send: (text) => this.#send(text),
      end: (reason) => {
        this.#flush();
        session.end(reason);
      },
      proceed: () => this.#requests(),
    });
  }

  data(bytes: Buffer): void {
    this.#server.stats.bytesIn += bytes.length;
    this.#input.push(bytes);
    this.#requests();
    this.#input.compact();
    // While a command waits, what comes is not read.
    if (this.#input.buffered > MAX_BUFFER) this.#client.drop('query buffer limit');
  }

  ended(): void {
    this.#ended = true;
    if (!this.#busy) this.#session.end();
  }

  drained(): void {
    this.#congested = false;
    this.#requests();
  }

  closed(): void {
    this.#client.left();
    this.#lease?.changed();
    this.#lease?.release();
    this.#release();
  }

  #requests(): void {
    if (this.#corked) return;
    this.#corked = true;
    const began = performance.now();
    while (!this.#busy && !this.#client.closing) {
      if (performance.now() - began > TURN_MS && this.#input.buffered > 0) {
        this.#yield();
        break;
      }
      this.#input.authenticated = this.#client.authenticated;
      const read = this.#input.next();
      if (read.kind === 'more') break;
      if (read.kind === 'request') {
        this.#request(read.args);
        continue;
      }
      if (read.kind === 'error') this.#client.answer(new ErrorReply(read.text));
      this.#client.drop(read.kind === 'error' ? 'protocol error' : 'query buffer limit');
    }
    this.#corked = false;
    this.#flush();
    if (this.#ended && !this.#busy && !this.#client.closing) this.#session.end();
  }

  /** Something has to happen before the next request is read. */
  get #busy(): boolean {
    return this.#client.waiting || this.#leasing || this.#congested || this.#yielding;
  }

  #yield(): void {
    this.#yielding = true;
    const turn = new Promise<void>((resolve) => setImmediate(resolve));
    this.#session.wait(turn, () => {
      this.#yielding = false;
      this.#requests();
    });
  }

  #request(args: readonly string[]): void {
    const name = args[0]!.toLowerCase();
    // A browser or a form: redis hangs up, so that no web page can talk to it.
    if (name === 'host:' || name === 'post') {
      this.#tell(args, name);
      this.#output = '';
      this.#client.drop('cross protocol');
      return;
    }
    if (this.#lease === undefined && looksAtFiles(name, args)) {
      this.#leasing = true;
      this.#session.wait(this.#session.machines.acquire(this.#session.actor), (lease) => {
        this.#lease = lease;
        this.#client.machine = lease.machine;
        this.#leasing = false;
        this.#run(args, name);
        this.#requests();
      });
      return;
    }
    this.#run(args, name);
  }

  #run(args: readonly string[], name: string): void {
    this.#tell(args, name);
    this.#client.run(args);
    this.#lease?.changed();
  }

  #tell(args: readonly string[], name: string): void {
    // Passwords are told as logins.
    if (name === 'auth' || (name === 'hello' && args.length > 3)) return;
    const extra = classify(args);
    if (this.#told >= MAX_TELLING || (this.#told >= MAX_TOLD && extra?.threat === undefined)) return;
    this.#told++;
    this.#session.report.query({
      statement: statementOf(args),
      database: String(this.#client.db),
      user: this.#client.user.name,
      ...(extra === undefined ? {} : { extra }),
    });
  }

  #send(text: string): void {
    this.#output += text;
    if (!this.#corked || this.#output.length > FLUSH_BYTES) this.#flush();
  }

  #flush(): void {
    if (this.#output === '') return;
    const text = this.#output;
    this.#output = '';
    if (!this.#session.send(text)) this.#congested = true;
  }
}

function looksAtFiles(name: string, args: readonly string[]): boolean {
  if (name === 'config') return args.length > 3 && args[1]!.toLowerCase() === 'set';
  return (
    name === 'save' ||
    name === 'bgsave' ||
    name === 'shutdown' ||
    name === 'eval' ||
    name === 'evalsha' ||
    name === 'exec'
  );
}

/** As one would type it into redis-cli. */
function statementOf(args: readonly string[]): string {
  let text = '';
  for (const arg of args) {
    const word = arg.slice(0, MAX_STATEMENT);
    text += (text === '' ? '' : ' ') + (/^[!#-&(-~]+$/.test(word) ? word : quoted(word));
    if (text.length > MAX_STATEMENT) break;
  }
  return text;
}
