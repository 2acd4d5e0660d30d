/**
 * What the decoys of one decoy host share: over all of them the count of connections, and for each persona its machine and the memory of logins, so
 * that an attacker who comes by SSH and by Telnet meets one machine and one set of accounts.
 */
import { createHmac } from 'node:crypto';
import type { DecoyContext, DecoyMemory } from '@netsentinel/contracts/decoy';
import { personaOf } from '../persona/persona-of.ts';
import type { Persona } from '../persona/persona.types.ts';
import { openMachine } from '../shell/machine.ts';
import type { OpenMachine } from '../shell/shell.types.ts';
import { ConnectionLimit } from './connection-limit.ts';
import { LoginMemory } from './login-policy.ts';
import { MachinePool } from './machine-pool.ts';

/** One persona as all its decoys see it. */
export interface PersonaHost {
  readonly persona: Persona;
  readonly machines: MachinePool;
  readonly logins: LoginMemory;
}

interface DecoyHost {
  readonly limit: ConnectionLimit;
  readonly personas: Map<string, PersonaHost>;
}

/** The memory is the decoy host's own: whoever has the same one is in the same process for the same install. */
const hosts = new WeakMap<DecoyMemory, DecoyHost>();

export interface PersonaParts {
  readonly persona: Persona;
  readonly openMachine: OpenMachine;
}

export function connectionLimit(ctx: DecoyContext): ConnectionLimit {
  return hostOf(ctx).limit;
}

/** @param parts in place of the persona of the seed, for tests */
export function personaHost(
  ctx: DecoyContext,
  config: { readonly persona: string; readonly maxMachines: number },
  parts?: PersonaParts,
): PersonaHost {
  const { personas } = hostOf(ctx);
  const name = createHmac('sha256', ctx.seed).update(`machine ${config.persona}`).digest('base64url').slice(0, 16);
  const known = personas.get(name);
  if (known !== undefined) {
    known.machines.maxIdle = Math.max(known.machines.maxIdle, config.maxMachines);
    return known;
  }
  const persona = parts?.persona ?? personaOf(ctx, config.persona);
  // Its installed system is made with the first machine: tens of milliseconds that no session shall wait for.
  if (parts === undefined) openMachine(persona, ctx.clock);
  const host: PersonaHost = {
    persona,
    machines: new MachinePool({
      persona,
      openMachine: parts?.openMachine ?? openMachine,
      clock: ctx.clock,
      memory: ctx.memory,
      maxIdle: config.maxMachines,
      name,
    }),
    logins: new LoginMemory({ seed: ctx.seed, memory: ctx.memory, name }),
  };
  personas.set(name, host);
  return host;
}

function hostOf(ctx: DecoyContext): DecoyHost {
  const known = hosts.get(ctx.memory);
  if (known !== undefined) return known;
  const host: DecoyHost = { limit: new ConnectionLimit(ctx.limits), personas: new Map() };
  hosts.set(ctx.memory, host);
  return host;
}
