/** A miner was started, or one was configured with its pool. */
import { commandDetector } from '../command-detector.ts';

const PROGRAM =
  /^(xmrig|xmr-stak|minerd|cpuminer|ccminer|ethminer|cgminer|bfgminer|nbminer|t-rex|phoenixminer|lolminer|kswapd0|c3pool_miner|srbminer)(-|_|\.|$)/i;
const POOL =
  /^['"]?(stratum\d?\+(tcp|ssl|tls)|daemon\+http):\/\/|(^|[@/.])(nanopool\.org|minexmr\.com|supportxmr\.com|moneroocean\.stream|c3pool\.(com|org)|hashvault\.pro|2miners\.com|f2pool\.com|nicehash\.com|minergate\.com|xmrpool\.eu)(:|\/|$)/i;
const LOOKERS = new Set(['grep', 'pgrep', 'pkill', 'killall', 'ps', 'rm', 'find', 'ls', 'which', 'echo', 'cat']);

export const miner = commandDetector(
  {
    id: 'miner',
    title: 'Crypto miner',
    severity: 'high',
    confidence: 95,
    techniques: ['T1496.001'],
    tactics: ['TA0040'],
    falsePositives: 'Somebody who mines on their own machine, or looks for miners of others.',
  },
  (command) =>
    !LOOKERS.has(command.name) &&
    (PROGRAM.test(command.name) || command.args.some((arg) => POOL.test(arg) || arg.startsWith('--donate-level'))),
);
