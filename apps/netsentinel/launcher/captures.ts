/**
 * Captures as the launcher runs them, at the enforcer's word: a confined process for each network, started again in a new file where it dies, and room made for its
 * files. The enforcer has no right to see packets, and the processes that have been given some know nothing of each other.
 */
import { join } from 'node:path';
import type { CaptureNews, CaptureStanding, WantedCapture } from '@netsentinel/contracts/capture';
import type { Logger } from '@netsentinel/contracts/log';
import type { FromCapture, ToCapture, ToEnforcer } from '@netsentinel/contracts/process';
import type { CaptureConfig } from '@netsentinel/enforcer/responders/capture/capture.config';
import { describeError } from '@netsentinel/kernel/errors';
import type { CaptureRequest } from '@netsentinel/watcher/capture/open-capture';
import type { NetSentinelConfig } from '../config/netsentinel.config.ts';
import { makeFolder, makeRoom, type RoomOptions } from './capture-room.ts';
import { readFromCapture } from './child-messages.ts';
import { UIDS } from './sandbox.ts';
import { spawnInStages, type SecondStage } from './stages.ts';
import { Supervisor } from './supervisor.ts';

/** All that one ever says: a few words for each file. */
const MESSAGE_BYTES = 1024 * 1024;
/** News that wait for an enforcer that is down. */
const MAX_NEWS = 1024;
/** Those that are captured, and some that are being closed. */
const MAX_TOLD = 64;

export interface CapturesOptions {
  readonly config: CaptureConfig;
  /** Where files go; made where it is not there. */
  readonly folder: string;
  /** Bytes that stay free on its disk. */
  readonly keepFreeBytes: number;
  readonly home: string;
  readonly stage: SecondStage;
  readonly logLevel: NetSentinelConfig['logLevel'];
  readonly log: Logger;
  /** Tells the enforcer; false where it is not there to hear it. */
  readonly tell: (report: Extract<ToEnforcer, { t: 'captures' }>) => boolean;
}

interface Running {
  readonly wanted: WantedCapture;
  /** On the scale of `performance.now`. */
  until: number;
  state: CaptureStanding['state'];
  reason?: string;
  file?: string;
  readonly process: Supervisor<FromCapture>;
}

interface Closing {
  readonly gone: Promise<unknown>;
  /** It is written to its end. */
  readonly file: string | undefined;
}

/** What is configured, where captures may be made at all. */
export function captureConfig({ enforcer }: NetSentinelConfig): CaptureConfig | undefined {
  const { capture } = enforcer.responders ?? {};
  const mode = capture?.mode ?? enforcer.mode;
  return mode === 'enforce' || mode === 'approve' ? capture : undefined;
}

export class Captures {
  readonly #options: CapturesOptions;
  readonly #room: RoomOptions;
  /** By network. */
  readonly #running = new Map<string, Running>();
  readonly #closing = new Map<string, Closing>();
  #news: CaptureNews[] = [];
  #stopped = false;

  constructor(options: CapturesOptions) {
    this.#options = options;
    const { config, folder, keepFreeBytes, log, stage } = options;
    const { maxBytesPerCapture, maxTotalBytes } = config;
    const uid = stage.sandbox.level === 'root' ? UIDS.capture : undefined;
    this.#room = { folder, uid, maxBytesPerCapture, maxTotalBytes, keepFreeBytes, log };
    makeFolder(this.#room);
  }

  /** All that shall be captured from now on. */
  want(wanted: readonly WantedCapture[]): void {
    if (this.#stopped) return;
    const { maxCaptures } = this.#options.config;
    const most = wanted.slice(0, maxCaptures);
    const networks = new Set(most.map(({ network }) => network));
    for (const network of this.#running.keys()) if (!networks.has(network)) this.#close(network);
    for (const one of most) {
      const known = this.#running.get(one.network);
      const goesOn = known?.state === 'capturing' || known?.state === 'starting' || known?.wanted.order === one.order;
      if (known !== undefined && goesOn) this.#renew(known, one.remainingMs);
      else {
        if (known !== undefined) this.#close(one.network);
        this.#start(one);
      }
    }
    this.#tell();
  }

  /** Process ids by name. */
  pids(): Readonly<Record<string, number | undefined>> {
    return Object.fromEntries([...this.#running].map(([network, { process }]) => [`capture ${network}`, process.pid]));
  }

  /** Closes all files. What is wanted stays so: the enforcer asks for it again at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#running.values()].map((one) => one.process.stop()));
    await Promise.all([...this.#closing.values()].map(({ gone }) => gone));
  }

  #renew(known: Running, remainingMs: number): void {
    known.until = performance.now() + remainingMs;
    known.process.send({ t: 'until', remainingMs } satisfies ToCapture);
  }

  #start(wanted: WantedCapture): void {
    const { config, folder, home, stage, log, logLevel, keepFreeBytes } = this.#options;
    const { network } = wanted;
    const { interfaces } = config;
    const request: CaptureRequest = { network, interfaces };
    const one: Running = {
      wanted,
      until: performance.now() + wanted.remainingMs,
      state: 'starting',
      process: new Supervisor<FromCapture>({
        name: 'capture',
        log,
        read: readFromCapture,
        maxMessageBytes: MESSAGE_BYTES,
        spawn: () => spawnInStages(join(home, 'apps/watcher/capture/open-capture.ts'), request, stage),
        onStart: (it) =>
          it.send({
            t: 'boot',
            logLevel,
            folder,
            wanted: { ...wanted, remainingMs: Math.max(1, one.until - performance.now()) },
            interfaces: [...interfaces],
            maxBytes: config.maxBytesPerCapture,
            snapLength: config.snapLength,
            keepFreeBytes,
          } satisfies ToCapture),
        onMessage: (message) => this.#hear(one, message),
        onDeath: () => {
          one.state = 'starting';
          if (performance.now() >= one.until) this.#over(one);
          this.#tell();
        },
      }),
    };
    this.#running.set(network, one);
    const why = this.#makeRoom();
    if (why !== undefined) {
      one.state = 'failed';
      one.reason = why;
      return;
    }
    // One that is being closed writes to the end first.
    void Promise.resolve(this.#closing.get(network)?.gone).then(() => {
      if (this.#running.get(network) === one) one.process.start();
    });
  }

  #hear(one: Running, message: FromCapture): void {
    if (message.t === 'failed') {
      one.state = 'failed';
      one.reason = message.hint === undefined ? message.message : `${message.message} (${message.hint})`;
      void one.process.stop();
    } else if (message.t === 'file') {
      const { t: _, ...news } = message;
      if (news.state === 'capturing') {
        one.state = 'capturing';
        one.file = news.file;
      } else this.#closed(one, news);
    } else return;
    this.#tell();
  }

  #closed(one: Running, news: CaptureNews): void {
    const { log } = this.#options;
    const { file, network, state, packets, bytes } = news;
    // One that was full when it began made no file.
    if (news.sha256 !== undefined) this.#put(news);
    if (state === 'full') {
      one.state = 'full';
      log.warn('A capture is full: nothing more is written', { network, file, packets, bytes });
      void one.process.stop();
    } else if (state === 'ended' && !this.#stopped && this.#running.get(network) === one) this.#over(one);
  }

  /** Its time is over. */
  #over(one: Running): void {
    this.#close(one.wanted.network);
  }

  #close(network: string): void {
    const one = this.#running.get(network);
    if (one === undefined) return;
    this.#running.delete(network);
    const gone: Promise<unknown> = Promise.all([this.#closing.get(network)?.gone, one.process.stop()]).then(() => {
      if (this.#closing.get(network)?.gone === gone) this.#closing.delete(network);
      this.#tell();
    });
    this.#closing.set(network, { gone, file: one.file });
  }

  /** Answers why there is no room. What is odd about the folder costs this capture, not the launcher. */
  #makeRoom(): string | undefined {
    const running = [...this.#running.values()].map(({ wanted }) => wanted);
    const closing = new Set([...this.#closing.values()].flatMap(({ file }) => file ?? []));
    try {
      return makeRoom(this.#room, running, closing, (news) => this.#put(news));
    } catch (error) {
      return `there is no room to be made for its file: ${describeError(error)}`;
    }
  }

  #put(news: CaptureNews): void {
    this.#news.push(news);
    if (this.#news.length > MAX_NEWS) this.#news.shift();
  }

  #tell(): void {
    const captures = [...this.#running.values()].map(({ wanted: { network }, state, reason }): CaptureStanding => ({
      network,
      state,
      ...(reason === undefined ? {} : { reason: reason.slice(0, 2048) }),
    }));
    for (const network of this.#closing.keys())
      if (!this.#running.has(network)) captures.push({ network, state: 'capturing' });
    if (this.#options.tell({ t: 'captures', captures: captures.slice(0, MAX_TOLD), news: this.#news })) this.#news = [];
  }
}
