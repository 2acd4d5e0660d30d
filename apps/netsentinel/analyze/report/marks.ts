/** Small labels: how severe it is, whose scanner it is, whether somebody got in. */
import type { Incident } from '@netsentinel/contracts/incident';
import type { KnownScanner } from '@netsentinel/contracts/scanner';
import type { Outcome } from '../outcome.ts';
import type { Html } from '@netsentinel/kernel/html';
import { html } from '@netsentinel/kernel/html';

export function badge(severity: Incident['severity']): Html {
  return html`<span class="badge ${severity}">${severity}</span>`;
}

export function scannerMark(scanner: KnownScanner | undefined): Html {
  if (scanner === undefined) return html``;
  return html` <span class="mark">${scanner.kind === 'own' ? 'own scanner' : scanner.name}</span>`;
}

export function outcomeMark(outcome: Outcome): Html {
  if (outcome === 'inside') return html` <span class="mark in">inside</span>`;
  return outcome === 'decoy' ? html` <span class="mark">decoy</span>` : html``;
}
