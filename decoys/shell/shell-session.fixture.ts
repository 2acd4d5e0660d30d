/** Runs text on a pretended machine and collects what came of it, for the tests of this folder. */
import { openMachine } from './machine.ts';
import { createPersona } from '../persona/persona.ts';
import type { Persona } from '../persona/persona.types.ts';
import type { Clock } from '@netsentinel/contracts/clock';
import { systemClock } from '@netsentinel/kernel/clock';
import type { Machine, ShellObservation, ShellOptions, ShellSession } from './shell.types.ts';

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit status, or 128 and the signal where one ended it. */
  readonly status: { readonly code: number } | { readonly signal: string };
  readonly observed: readonly ShellObservation[];
}

export function testPersona(number = 1): Persona {
  return createPersona(new Uint8Array([number & 255, number >> 8, 7]), 'debian-12-server');
}

export function testMachine(clock: Clock = systemClock, persona = testPersona()): Machine {
  return openMachine(persona, clock);
}

export function shellOptions(changes: Partial<ShellOptions>): ShellOptions {
  return {
    user: 'root',
    client: { ip: '198.51.100.7', port: 50_022 },
    server: { ip: '10.0.0.5', port: 22 },
    environment: {},
    output: () => true,
    exit: () => undefined,
    observe: () => undefined,
    ...changes,
  };
}

/** `command` as `ssh host command` runs it. */
export function runCommand(
  machine: Machine,
  command: string,
  changes: Partial<ShellOptions> = {},
  stdin = '',
): Promise<Outcome> {
  return new Promise((resolve) => {
    let stdout = '';
    let stderr = '';
    const observed: ShellObservation[] = [];
    const session: ShellSession = machine.openShell(
      shellOptions({
        command,
        output(chunk, stream) {
          const text = Buffer.from(chunk).toString('utf8');
          if (stream === 'stdout') stdout += text;
          else stderr += text;
          return true;
        },
        exit: (status) => resolve({ stdout, stderr, status, observed }),
        observe: (observation) => observed.push(observation),
        ...changes,
      }),
    );
    if (stdin !== '') session.input(Buffer.from(stdin));
    session.end();
  });
}
