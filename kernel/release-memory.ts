/** Starting takes memory that V8 would keep for a long time where little happens afterwards. */

/** Long enough for what a start leaves behind to have ended. */
const AFTER_MS = 2000;

/** One full collection, soon. Only in a Node that was started with `--expose-gc`; nothing elsewhere. */
export function releaseMemorySoon(): void {
  const collect = globalThis.gc;
  if (collect === undefined) return;
  setTimeout(() => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' }), AFTER_MS).unref();
}
