/** A stranger has a host inside reach others for him: a proxy that is open to the world hides attackers and reaches what the world should not. */
import { quote } from '../command-detector.ts';
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { hashOf, keyOf } from './key-hash.ts';
import type { Sighting } from './sighting.ts';

const KEEP_MS = 60 * 60_000;
const MAX_EVIDENCE = 8;
/** Refused ones: scanners ask everybody once or twice. */
const ASKED_OFTEN = 5;

const info: BehaviourInfo = {
  id: 'open-proxy',
  title: 'Proxy used by a stranger',
  severity: 'medium',
  confidence: 75,
  techniques: ['T1090.002'],
  tactics: ['TA0011'],
  falsePositives: 'A proxy that is offered to the world on purpose.',
  on: ['tunnel-request'],
};

interface Use {
  readonly evidence: string[];
  granted: number;
  refused: number;
  nextGranted: number;
  nextRefused: number;
}

export const openProxy: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const users = new BoundedTable<Use>({ maxEntries, keepMs: KEEP_MS });
    return {
      observe(seen: Sighting, report) {
        if (seen.kind !== 'tunnel-request' || seen.fromInside || !seen.proxyInside) return;
        const { actorHash, source, proxy, host, isGranted, event } = seen;
        const use = users.getOrAdd(keyOf(actorHash, hashOf(proxy)), newUse);
        if (isGranted) use.granted++;
        else use.refused++;
        use.evidence.push(event.event.id);
        if (use.evidence.length > MAX_EVIDENCE) use.evidence.shift();
        const found = { evidence: use.evidence, verified: event.netsentinel.source_verified };
        if (isGranted && use.granted >= use.nextGranted) {
          use.nextGranted = use.granted * 10;
          report({
            ...found,
            summary: `${source} reached ${use.granted} hosts through the proxy ${proxy}, lately ${quote(host)}`,
          });
        } else if (!isGranted && use.refused >= use.nextRefused) {
          use.nextRefused = use.refused * 10;
          report({
            ...found,
            summary: `${source} asked ${proxy} ${use.refused} times to be its proxy and was refused, lately for ${quote(host)}`,
            severity: 'low',
          });
        }
      },
      expire: (nowMs) => users.expire(nowMs),
      get stats() {
        return users.stats;
      },
    };
  },
};

function newUse(): Use {
  return { evidence: [], granted: 0, refused: 0, nextGranted: 1, nextRefused: ASKED_OFTEN };
}
