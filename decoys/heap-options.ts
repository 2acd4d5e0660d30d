/**
 * How the process that plays decoys collects its garbage; for the launcher, and for benchmarks that run decoys as it does.
 *
 * - A small young generation: what a login leaves behind is not kept around as committed memory, and one collection of it has little to copy.
 * - The old one is collected when it has grown by half, not to four times what lives. With 2,500 held sessions that halves the memory, and each collection has
 *   fewer dead sockets to let go of at once: none takes over 15 ms, where some took 50.
 * - One thread beside the main one, not four: on a small machine more would take its processors just when it waits for them.
 */
export const HEAP_OPTIONS: readonly string[] = [
  '--max-semi-space-size=2',
  '--heap-growing-percent=50',
  '--v8-pool-size=1',
];
