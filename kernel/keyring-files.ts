/**
 * The keyring's files: `keys.json`, the wrapped data keys, and `secrets.key`, the master key, unless that comes from the configuration. Whatever instant this is
 * cut short at, the files that are there open everything: a new master key is written beside the old one (`secrets.key.next`), then the data keys that it wraps take
 * the old ones' place in one step, then it takes the old one's name. `keys.json` names its master key, so the next start knows how far that came.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, cpSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NetSentinelError } from './errors.ts';
import {
  FIRST_KEY,
  fingerprintOf,
  KEY_BYTES,
  Keyring,
  KeyringFile,
  makeKey,
  unwrapKeys,
  wrapKeys,
  type DataKey,
} from './keyring.ts';
import { readMasterKey, writtenMasterKey, type MasterKeyFile } from './master-key.ts';
import { writeWhole } from './write-whole.ts';

export interface KeyringOptions {
  /** Where the files are. Nobody else may open it for writing meanwhile. */
  readonly directory: string;
  /** 32 bytes that are kept elsewhere; without it they are in a file here, which is made. */
  readonly masterKey?: Uint8Array | undefined;
  /** What `masterKey` was before. */
  readonly previousMasterKey?: Uint8Array | undefined;
}

export interface KeptKeyring {
  readonly keyring: Keyring;
  /** Wraps all keys with a new master key. Throws `MASTER_KEY_CONFIGURED` where it is not ours to make. */
  rotateMaster(): void;
  /** Both files, as of one instant, into a folder that is there. */
  copyTo(folder: string): void;
}

/** Opens the keyring, or makes it where none was yet; wraps it anew where the configured master key is another one than before. */
export function openKeyring(options: KeyringOptions, now: number): KeptKeyring {
  const files = new KeyringFiles(options);
  const stored = files.stored();
  let master: Uint8Array;
  let keys: readonly DataKey[];
  if (stored === undefined) {
    const first = files.master;
    if (first !== undefined && !first.isFirst) throw missing(files.ring);
    master = options.masterKey ?? first?.key ?? randomBytes(KEY_BYTES);
    keys = [...(first === undefined ? [] : [{ id: FIRST_KEY, createdAt: now, key: first.key }]), makeKey(now)];
  } else {
    const opened = files.open(stored);
    ({ keys } = opened);
    master = options.masterKey ?? (opened.isOurs ? opened.master : randomBytes(KEY_BYTES));
  }
  files.write(keys, master);
  const keyring = new Keyring(keys, (changed) => files.write(changed, master));
  return {
    keyring,
    rotateMaster: () => {
      if (options.masterKey !== undefined)
        throw new NetSentinelError('MASTER_KEY_CONFIGURED', 'user', 'the master key comes from the configuration', {
          hint: 'Put a new one there, name the old one as encryption.previousMasterKey, and start NetSentinel again.',
        });
      const before = master;
      master = randomBytes(KEY_BYTES);
      try {
        keyring.save();
      } catch (error) {
        master = before;
        throw error;
      }
    },
    copyTo: (folder) => {
      for (const name of [RING, MASTER])
        if (existsSync(join(options.directory, name))) cpSync(join(options.directory, name), join(folder, name));
    },
  };
}

/** The keys as they are now, for whoever only reads: nothing is made, mended or written. */
export function readKeyring(options: KeyringOptions): Keyring {
  const files = new KeyringFiles(options);
  const stored = files.stored();
  if (stored === undefined) throw missing(files.ring);
  return new Keyring(files.open(stored).keys, () => {
    throw new NetSentinelError('KEYRING_READ_ONLY', 'bug', 'this keyring was opened to be read');
  });
}

/** What `keys.json` says without any key; undefined where there is none. Throws `KEYRING_DAMAGED`. */
export function readKeyringFile(directory: string): KeyringFile | undefined {
  return new KeyringFiles({ directory }).stored();
}

const RING = 'keys.json';
const MASTER = 'secrets.key';

class KeyringFiles {
  readonly ring: string;
  readonly #options: KeyringOptions;
  readonly #file: string;
  readonly #next: string;

  constructor(options: KeyringOptions) {
    this.#options = options;
    this.ring = join(options.directory, RING);
    this.#file = join(options.directory, MASTER);
    this.#next = `${this.#file}.next`;
  }

  stored(): KeyringFile | undefined {
    const text = textOf(this.ring);
    if (text === undefined) return undefined;
    try {
      return KeyringFile.parse(JSON.parse(text));
    } catch (error) {
      throw damaged(this.ring, error);
    }
  }

  get master(): MasterKeyFile | undefined {
    return masterIn(this.#file);
  }

  /** `isOurs`: by a master key that is kept here. Throws where there is none that fits. */
  open(stored: KeyringFile): { readonly keys: DataKey[]; readonly master: Uint8Array; readonly isOurs: boolean } {
    const { masterKey, previousMasterKey } = this.#options;
    const ours = [this.#file, this.#next].map((path) => masterIn(path)?.key);
    const master = [masterKey, previousMasterKey, ...ours].find((key) => key && fingerprintOf(key) === stored.master);
    if (master === undefined) throw this.#noMaster(stored.master);
    const keys = unwrapKeys(stored, master);
    if (keys === undefined) throw damaged(this.ring);
    return { keys, master, isOurs: ours.includes(master) };
  }

  /** In this order, see above. What is as it should be is left alone, but for the wrapped keys where they are others. */
  write(keys: readonly DataKey[], master: Uint8Array): void {
    const isOurs = this.#options.masterKey === undefined;
    const written = textOf(this.#file) === writtenMasterKey(master);
    if (isOurs && !written) writeWhole(this.#next, writtenMasterKey(master), 0o600);
    const stored = this.stored();
    if (stored?.master !== fingerprintOf(master) || stored.keys.length !== keys.length) {
      syncFolder(this.#options.directory);
      writeWhole(this.ring, `${JSON.stringify(wrapKeys(keys, master), undefined, 1)}\n`, 0o600);
      syncFolder(this.#options.directory);
    }
    if (isOurs && !written) renameSync(this.#next, this.#file);
    else rmSync(this.#next, { force: true });
    if (!isOurs) rmSync(this.#file, { force: true });
    syncFolder(this.#options.directory);
  }

  #noMaster(fingerprint: string): NetSentinelError {
    const { masterKey } = this.#options;
    if (masterKey !== undefined)
      return new NetSentinelError(
        'MASTER_KEY_WRONG',
        'user',
        `the configured master key is ${fingerprintOf(masterKey)}, and the data keys are wrapped with ${fingerprint}`,
        { hint: 'Configure that one again, or name it as encryption.previousMasterKey: then they are wrapped anew.' },
      );
    if (existsSync(this.#file))
      return new NetSentinelError('MASTER_KEY_WRONG', 'operational', `${this.#file} does not open ${this.ring}`, {
        hint: `Restore both from one backup, or configure the master key ${fingerprint} (encryption.masterKey).`,
      });
    return new NetSentinelError('MASTER_KEY_MISSING', 'operational', `${this.#file} is missing`, {
      hint: `Restore it from a backup. Or configure the master key ${fingerprint} again (encryption.masterKey), or as encryption.previousMasterKey where it shall be a file from now on.`,
    });
  }
}

function masterIn(path: string): MasterKeyFile | undefined {
  const text = textOf(path);
  return text === undefined ? undefined : readMasterKey(text, path);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function missing(ring: string): NetSentinelError {
  return new NetSentinelError('KEYRING_MISSING', 'operational', `${ring}, which holds the data keys, is missing`, {
    hint: 'Restore it from a backup. Without it nothing that is encrypted can be read again.',
  });
}

function damaged(ring: string, cause?: unknown): NetSentinelError {
  return new NetSentinelError('KEYRING_DAMAGED', 'operational', `${ring}, which holds the data keys, is damaged`, {
    hint: 'Restore it from a backup. Without it nothing that is encrypted can be read again.',
    cause,
  });
}
