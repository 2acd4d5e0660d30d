/** A stranger asks a web server to be his proxy: looking for one at several hosts, or with a tunnel that was opened. */
import { z } from 'zod';
import { Attempt, evidenceOf, withAttempt } from '../attempts.ts';
import { quote } from '../command-detector.ts';
import { rememberingDetector } from '../detector.types.ts';
import { proxyRequestOf } from '../proxy-request.ts';

const WINDOW_MS = 60 * 60_000;
const HOSTS = 3;
const MAX_HOSTS = 8;
const MAX_REMEMBERED = 16;

const Memory = z.object({
  asked: z.array(Attempt).max(MAX_REMEMBERED),
  hosts: z.array(z.string().max(64)).max(MAX_HOSTS),
  /** Tunnels that were opened, and at how many to report next. */
  tunnels: z.number().int().nonnegative(),
  next: z.number().int().positive(),
  told: z.boolean(),
});
type Memory = z.infer<typeof Memory>;

export const proxyRequest = rememberingDetector<Memory>(
  {
    id: 'proxy-request',
    title: 'Web server asked to be a proxy',
    severity: 'medium',
    confidence: 75,
    techniques: ['T1090.002'],
    tactics: ['TA0011'],
    falsePositives:
      'A proxy that is offered to the world on purpose, or one that asks this server for pages of other names that it serves.',
    on: ['request'],
    memory: Memory,
  },
  ({ event, time, verified }, before) => {
    const request = proxyRequestOf(event);
    if (request === undefined) return undefined;
    const known = before ?? { asked: [], hosts: [], tunnels: 0, next: 1, told: false };
    const asked = withAttempt(known.asked, { time, id: event.event.id, verified }, WINDOW_MS, MAX_REMEMBERED);
    const isFresh = asked.length === 1;
    const host = request.host.slice(0, 64);
    const others = isFresh ? [] : known.hosts.filter((one) => one !== host);
    const hosts = [...others, host].slice(-MAX_HOSTS);
    const tunnels = known.tunnels + (request.isTunnel ? 1 : 0);
    const told = known.told && !isFresh;
    const evidence = evidenceOf(asked.filter(([, id]) => id !== event.event.id));
    if (request.isTunnel && tunnels >= known.next)
      return {
        memory: { asked, hosts, tunnels, next: tunnels * 10, told: true },
        finding: { summary: `A tunnel to ${quote(request.host)} was opened, ${tunnels} in all`, evidence },
      };
    if (told || hosts.length < HOSTS) return { memory: { asked, hosts, tunnels, next: known.next, told } };
    return {
      memory: { asked, hosts, tunnels, next: known.next, told: true },
      finding: { summary: `Asked to reach ${hosts.length} other hosts, the last ${quote(request.host)}`, evidence },
    };
  },
);
