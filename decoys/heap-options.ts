/**
 * How the process that plays decoys collects its garbage; for the launcher, and for benchmarks that run decoys as it does.
 *
 * - A small young generation: what a login leaves behind is not kept around as committed memory, and one collection of it has little to copy.
 * - The old one is collected when it has grown by half, not to four times what lives. With 2,500 held sessions that halves the memory, and each collection has
 *   fewer dead sockets to let go of at once: none takes over 15 ms, where some took 50.
 * - Four threads beside the main one, as V8 does by itself: with fewer, marking falls behind and is made up for between turns. Two dozen times 125 RDP sessions came again
 *   at once beside 500 Telnet logins a second: the longest turn took 27 ms of processor with four, 28 with two and 31 with one, and the process 293, 337 and 384 MB.
 */
export const HEAP_OPTIONS: readonly string[] = [
  '--max-semi-space-size=2',
  '--heap-growing-percent=50',
  '--v8-pool-size=4',
];
