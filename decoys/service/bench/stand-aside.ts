/** The clients of a long benchmark stand for other machines: where both want a processor the decoys get it, as they would if there were those machines. */
import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/** `nice`'s own step. */
const NICE = 10;

/** Of this process, with the threads that it has; to be called when the decoys' process is there, which would inherit it. Does nothing where threads cannot be listed. */
export function standAside(): void {
  let threads: readonly string[];
  try {
    threads = readdirSync('/proc/self/task');
  } catch {
    return;
  }
  for (const thread of threads) setPriority(Number(thread), NICE);
}
