/** The field `passivePorts` of a decoy's options (`contracts/passive-ports.ts`), as the configuration reads it. */
import { MAX_PASSIVE_PORTS } from '@netsentinel/contracts/passive-ports';
import { z } from 'zod';

const port = z.number().int().min(1024).max(65_535);

export const PassivePortRange = z
  .strictObject({ from: port.describe('The first.'), to: port.describe('The last.') })
  .refine(
    ({ from, to }) => to >= from && to - from < MAX_PASSIVE_PORTS,
    `from one to ${MAX_PASSIVE_PORTS} ports, the lower first`,
  );
