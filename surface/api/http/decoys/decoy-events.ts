/** How what decoys saw is found among the stored events. Their actions are the protocol, a hyphen and one of `DECOY_ACTIONS`. */
import type { EventFilter } from '@netsentinel/contracts/event-store';
import { DECOY_ACTIONS, type Interaction } from '@netsentinel/contracts/interaction';
import { DECOY_SENSOR } from '@netsentinel/contracts/own-sensors';

/** What our own decoys saw: another honeypot's log may name a decoy as it likes. `action`: only those; of one decoy where it is named. */
export function seenByDecoys(action?: 'connect' | 'login' | 'disconnect', decoy?: string): EventFilter[] {
  return [
    { field: 'netsentinel.sensor.id', op: 'eq', value: DECOY_SENSOR },
    ...(decoy === undefined ? [] : [{ field: 'netsentinel.decoy.id', op: 'eq' as const, value: decoy }]),
    ...(action === undefined ? [] : [{ field: 'event.action', op: 'contains' as const, value: `-${action}` }]),
  ];
}

/** `ssh-login`, `scripted-udp-connect`: what it is as a move of an attacker. */
export function moveOf(action: unknown): Interaction | undefined {
  if (typeof action !== 'string') return undefined;
  const name = action.slice(action.lastIndexOf('-') + 1);
  return Object.hasOwn(DECOY_ACTIONS, name) ? DECOY_ACTIONS[name as keyof typeof DECOY_ACTIONS] : undefined;
}

export interface Moves {
  readonly sessions: number;
  readonly logins: number;
  readonly accepted: number;
  /** Lines of a shell, and statements in other languages. */
  readonly commands: number;
}

/** Of counts by action and outcome. */
export function movesOf(
  rows: readonly { readonly action: unknown; readonly outcome: unknown; readonly count: number }[],
): Moves {
  const moves = { sessions: 0, logins: 0, accepted: 0, commands: 0 };
  for (const { action, outcome, count } of rows) {
    const move = moveOf(action);
    if (move === 'connect') moves.sessions += count;
    else if (move === 'command') moves.commands += count;
    else if (move === 'login') {
      moves.logins += count;
      if (outcome === 'success') moves.accepted += count;
    }
  }
  return moves;
}
