/** What can be set about the HAProxy responder. */
import { z } from 'zod';
import { checkMs, timeoutMs } from '../../shared.config.ts';

const path = z.string().regex(/^\/[\w./@+-]{1,4095}$/, 'an absolute path of letters, digits and . _ - + @ /');

export const HaproxyMapConfig = z
  .strictObject({
    file: path
      .default('/etc/haproxy/netsentinel-blocked.map')
      .describe(
        'The map, a line `NETWORK 1` each. In HAProxy: `http-request deny if { src,map_ip(FILE,0) -m int 1 }`, or `tcp-request connection reject` with the same. It must exist before HAProxy starts, which reads it then.',
      ),
    socket: path
      .default('/run/haproxy/admin.sock')
      .describe("HAProxy's runtime socket (`stats socket … level admin`), through which a change is in force at once."),
    checkMs: checkMs.describe('Milliseconds between two looks whether blocks are over and the map is still ours.'),
    timeoutMs: timeoutMs.describe('Milliseconds that HAProxy may take for an answer.'),
  })
  .describe(
    'Refuses connections in HAProxy 2.4 or later: keeps a map, by its runtime socket and in a file for its restart.',
  );
export type HaproxyMapConfig = z.infer<typeof HaproxyMapConfig>;
