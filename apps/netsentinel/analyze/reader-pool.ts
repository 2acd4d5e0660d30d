/**
 * Threads that read and sift log files, so that whoever brings their findings together has little left to do. Each file is read by one of them, some
 * pieces ahead of what is asked for.
 */
import { Worker } from 'node:worker_threads';
import type { InputFile } from '@netsentinel/normalise/records/input-file';
import type { FileRead, FileReader, Piece } from './piece.types.ts';
import type { ReaderAnswer, ReaderOrder, ReaderSetup } from './reader-messages.ts';
import { ReceivedNotables } from './sent-notables.ts';

/** Pieces of each file that are read before they are asked for; of many files side by side fewer, so that no more than `MAX_AHEAD` wait. */
const AHEAD = 8;
const MAX_AHEAD = 64;
/** Megabytes; what is kept for long in a reader are the rules. */
const LIMITS = { maxOldGenerationSizeMb: 256 };
const BROKE = 'the reading broke off; please report this';

export class ReaderPool {
  readonly #threads: ReaderThread[];

  constructor(threads: number, setup: ReaderSetup) {
    this.#threads = Array.from({ length: threads }, () => new ReaderThread(setup));
  }

  /** By the thread that has least to read. */
  open(file: InputFile, index: number): FileReader {
    const [idlest] = this.#threads.toSorted((a, b) => a.openBytes - b.openBytes);
    return idlest!.open(file, index);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

class ReaderThread {
  /** Of the files that it reads, what is still to come. */
  openBytes = 0;
  readonly #worker: Worker;
  readonly #files = new Map<number, RemoteFile>();
  #lastId = 0;
  #isBroken = false;

  constructor(setup: ReaderSetup) {
    this.#worker = new Worker(new URL('./reader.worker.ts', import.meta.url), {
      workerData: setup,
      resourceLimits: LIMITS,
    });
    this.#worker.on('message', ({ id, piece, read }: ReaderAnswer) => {
      const file = this.#files.get(id);
      if (file === undefined) return;
      this.openBytes -= file.take(piece, read);
      if (piece === undefined) this.#files.delete(id);
    });
    // What breaks here is ours to mend, and no reason to say nothing of what others read.
    this.#worker.on('error', () => {
      this.#isBroken = true;
      for (const file of this.#files.values()) file.breakOff();
      this.#files.clear();
    });
  }

  open(file: InputFile, index: number): FileReader {
    const id = ++this.#lastId;
    const post = (order: ReaderOrder): void => this.#worker.postMessage(order, []);
    const ahead = Math.max(1, Math.min(AHEAD, Math.floor(MAX_AHEAD / (this.#files.size + 1))));
    const remote = new RemoteFile({
      file,
      ahead,
      wantMore: (pieces) => post({ kind: 'more', id, pieces }),
      onClose: (leftBytes) => {
        this.openBytes -= leftBytes;
        this.#files.delete(id);
        post({ kind: 'close', id });
      },
    });
    if (this.#isBroken) remote.breakOff();
    else {
      this.openBytes += file.bytes;
      this.#files.set(id, remote);
      post({ kind: 'open', id, file, index });
      post({ kind: 'more', id, pieces: ahead });
    }
    return remote;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

interface RemoteOptions {
  readonly file: InputFile;
  /** Pieces that are asked for before they are needed. */
  readonly ahead: number;
  readonly wantMore: (pieces: number) => void;
  readonly onClose: (leftBytes: number) => void;
}

class RemoteFile implements FileReader {
  read: FileRead;
  readonly #options: RemoteOptions;
  readonly #ready: (ReaderAnswer['piece'] | undefined)[] = [];
  #leftBytes: number;
  #taken = 0;
  #wake: (() => void) | undefined;

  constructor(options: RemoteOptions) {
    const { path, bytes } = options.file;
    this.#options = options;
    this.#leftBytes = bytes;
    this.read = { path, format: undefined, records: 0, refused: 0, cutBytes: 0, failure: undefined };
  }

  async next(): Promise<Piece | undefined> {
    while (this.#ready.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    const sent = this.#ready.shift();
    if (sent === undefined) {
      this.#ready.push(undefined);
      return undefined;
    }
    // A few at a time: each message costs both sides a wake-up.
    if (++this.#taken >= this.#options.ahead / 2) {
      this.#options.wantMore(this.#taken);
      this.#taken = 0;
    }
    return { ...sent, notable: new ReceivedNotables(sent.notable) };
  }

  close(): Promise<void> {
    this.#options.onClose(this.#leftBytes);
    return Promise.resolve();
  }

  /** @returns how many bytes fewer there are to read */
  take(piece: ReaderAnswer['piece'], read: FileRead): number {
    this.read = read;
    this.#ready.push(piece);
    this.#wake?.();
    const bytes = Math.min(this.#leftBytes, piece === undefined ? Infinity : piece.bytes);
    this.#leftBytes -= bytes;
    return bytes;
  }

  breakOff(): void {
    this.read = { ...this.read, failure: BROKE };
    this.#ready.push(undefined);
    this.#wake?.();
  }
}
