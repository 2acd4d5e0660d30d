/** Hears at once what happens in folders. What it misses (network file systems, too many folders) the poll finds later. */
import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

const MAX_FOLDERS = 2048;

export class FolderWatch {
  readonly #onChange: (path: string) => void;
  readonly #onMoved: (folder: string) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #refused: string | undefined;

  /**
   * @param onChange a file was written to
   * @param onMoved a file came, went or has another name
   */
  constructor(onChange: (path: string) => void, onMoved: (path: string) => void) {
    this.#onChange = onChange;
    this.#onMoved = onMoved;
  }

  /** Why some folder is not watched. */
  get problem(): string | undefined {
    return this.#refused;
  }

  /** Watches these folders and no others. */
  watch(folders: readonly string[]): void {
    const wanted = new Set(folders.slice(0, MAX_FOLDERS));
    for (const folder of this.#watchers.keys()) if (!wanted.has(folder)) this.#forget(folder);
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#add(folder);
    if (folders.length > MAX_FOLDERS) this.#refused = `more than ${MAX_FOLDERS} folders: changes are found later`;
  }

  close(): void {
    for (const folder of this.#watchers.keys()) this.#forget(folder);
  }

  #add(folder: string): void {
    try {
      const watcher = watch(folder, (type, name) => {
        const path = name === null ? folder : join(folder, name);
        if (type === 'change') this.#onChange(path);
        else this.#onMoved(path);
      });
      // The folder itself is gone: the next listing tells whether it is there anew.
      watcher.on('error', () => this.#forget(folder));
      this.#watchers.set(folder, watcher);
      this.#refused = undefined;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOSPC')
        this.#refused = 'the system allows no more watches (fs.inotify.max_user_watches): changes are found later';
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
