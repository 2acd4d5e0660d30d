/**
 * Somebody tries names: files left behind, web shells, administration pages, or whatever is not there. One such request proves little, so each adds
 * to a sum over ten minutes; every path counts once. Reported at the threshold, then each time the sum has doubled.
 */
import { z } from 'zod';
import { quote } from '../command-detector.ts';
import { rememberingDetector } from '../detector.types.ts';
import { wasRefused, webFindings } from '../web-request.ts';
import type { AttackKind } from '../web/web-inspection.types.ts';

const WINDOW_MS = 10 * 60_000;
const THRESHOLD = 10;
const MAX_REMEMBERED = 48;

/** What one path is worth; a name that is merely not there counts 1, so ten of them are probing. */
const WORTH: Partial<Readonly<Record<AttackKind, number>>> = {
  'backdoor-hunting': 5,
  'sensitive-file': 4,
  'known-vulnerability': 4,
  'admin-panel': 3,
};
const OTHER_FINDING = 4;
/** Pages forget to bring their pictures; that is nobody's probing. */
const STATIC = /\.(?:png|jpe?g|gif|svg|ico|webp|avif|css|js|map|woff2?|ttf|eot|mp4|webm|mp3|pdf)$/i;

/** Time, event id, proven source, hash of the path, worth. */
const Probe = z.tuple([z.number(), z.string().max(128), z.boolean(), z.number(), z.number()]);
const Memory = z.object({ probes: z.array(Probe).max(MAX_REMEMBERED), next: z.number().positive() });

export const webProbing = rememberingDetector<z.infer<typeof Memory>>(
  {
    id: 'web-probing',
    title: 'Probing of a web server',
    severity: 'medium',
    confidence: 80,
    techniques: ['T1595.003'],
    tactics: ['TA0043'],
    falsePositives: 'A crawler that follows old links, or a site that has moved and left many names behind.',
    on: ['request'],
    memory: Memory,
  },
  ({ event, time, verified }, memory) => {
    const path = pathOf(event.url?.original ?? event.url?.path ?? '');
    const worth = worthOf(event, path);
    if (worth === 0) return undefined;
    const before = memory ?? { probes: [], next: THRESHOLD };
    const key = hashOf(isByQuery(event) ? (event.url?.original ?? path).slice(0, 512) : path);
    if (before.probes.some(([, , , known]) => known === key)) return { memory: before };
    const latest = before.probes.reduce((last, [at]) => Math.max(last, at), time);
    const kept = before.probes.filter(([at]) => at >= latest - WINDOW_MS);
    const probes = [
      ...kept,
      [time, event.event.id.slice(0, 128), verified, key, worth] satisfies z.infer<typeof Probe>,
    ].slice(-MAX_REMEMBERED);
    const sum = probes.reduce((total, [, , , , one]) => total + one, 0);
    const next = kept.length === 0 ? THRESHOLD : before.next;
    if (sum < next) return { memory: { probes, next } };
    return {
      memory: { probes, next: sum * 2 },
      finding: {
        summary: `Tried ${probes.length} names within ${WINDOW_MS / 60_000} minutes, the last ${quote(path)}`,
        evidence: probes.slice(0, -1).map(([, id, proven]) => ({ id, verified: proven })),
      },
    };
  },
);

/** What is tried stands in the query, the path is always the same. */
function isByQuery(event: Parameters<typeof webFindings>[0]): boolean {
  return webFindings(event).some(({ kind, place }) => kind === 'known-vulnerability' && place.in === 'path');
}

function worthOf(event: Parameters<typeof webFindings>[0], path: string): number {
  const refused = wasRefused(event);
  const found = webFindings(event).reduce((most, { kind }) => Math.max(most, WORTH[kind] ?? OTHER_FINDING), 0);
  // Whoever is let in to an administration page may well belong there.
  if (found === WORTH['admin-panel'] && !refused) return 0;
  if (found > 0) return found;
  const status = event.http?.response?.status_code ?? 0;
  return refused && status !== 401 && status !== 407 && status !== 429 && !STATIC.test(path) ? 1 : 0;
}

function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  return (end === -1 ? target : target.slice(0, end)).slice(0, 512);
}

/** FNV-1a: to tell names apart, no more. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
