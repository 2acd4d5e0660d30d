/**
 * Large things, kept by their SHA-256: recordings, uploads, captures. Content is never executed and never parsed here.
 * One contract suite (`testkit/contracts/blob-store.suite.ts`) runs over every engine.
 */
export interface BlobInfo {
  readonly sha256: string;
  readonly bytes: number;
}

/** What `retain` does not drop. */
export interface Spared {
  /** By SHA-256. */
  readonly blobs: ReadonlySet<string>;
  /** By id. */
  readonly recordings: ReadonlySet<string>;
}

export interface BlobStore {
  /** Durable once resolved; the same bytes twice are one blob. Rejects with `BLOB_TOO_LARGE` or `BLOB_DISK_FULL`. */
  put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<BlobInfo>;
  /** A whole blob, or undefined. */
  get(sha256: string): Promise<Uint8Array | undefined>;
  /** The blob piece by piece, or undefined. */
  stream(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  has(sha256: string): Promise<boolean>;
  /** True if there was one. */
  remove(sha256: string): Promise<boolean>;
  /**
   * Drops the oldest, blobs and recordings by their last write, until at most `maxBytes` remain as they lie on the disk. Spares what it is told to, and recordings
   * that are being written; where these alone take more, more remains. Answers the bytes freed.
   * @param spared asked only where something must go
   */
  retain(maxBytes: number, spared: () => Promise<Spared>): Promise<number>;
  /** What blobs and recordings took on the disk after the last `retain`, bytes. Undefined before the first. Costs nothing. */
  measured(): number | undefined;
  /** An append-only file that grows while a session lives and can be read meanwhile. */
  openRecording(id: string): Promise<RecordingWriter>;
  /** What has been recorded so far from byte `from`; undefined where no such recording is. */
  readRecording(id: string, from?: number): Promise<Uint8Array | undefined>;
  /** True if there was one. One that is being written goes on under no name. */
  removeRecording(id: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Ids of recordings: the session's id. `[A-Za-z0-9~_-]{1,128}`. Opening an id again continues its file. */
export interface RecordingWriter {
  readonly bytes: number;
  append(chunk: Uint8Array): Promise<void>;
  /** Closes the file; it stays readable by its id. */
  close(): Promise<BlobInfo>;
}
