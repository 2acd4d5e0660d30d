/** What to look for elsewhere: the traces that attackers left, gathered from all incidents that are told, each once. */
import type { Incident } from '@netsentinel/contracts/incident';
import { hostOf } from '@netsentinel/contracts/actor';
import { attackerName } from '../verdict.ts';
import type { Html } from '@netsentinel/kernel/html';
import { html } from '@netsentinel/kernel/html';
import { many } from './words.ts';

const MAX_EACH = 200;

export function indicators(incidents: readonly Incident[]): Html {
  const theirs = incidents.filter(({ scanner }) => scanner === undefined);
  const kinds: readonly (readonly [name: string, values: readonly string[]])[] = [
    ['Addresses', theirs.filter(({ actor }) => hostOf(actor) === undefined).map(attackerName)],
    ['Addresses of files that were fetched', theirs.flatMap(({ files }) => files.flatMap(({ url }) => url ?? []))],
    ['Files, by SHA-256', theirs.flatMap(({ files }) => files.flatMap(({ sha256 }) => sha256 ?? []))],
    [
      'Fingerprints of clients',
      theirs.flatMap(({ fingerprints }) => fingerprints.map(({ kind, value }) => `${kind} ${value}`)),
    ],
  ];
  const lists = kinds.flatMap(([name, values]) => {
    const all = [...new Set(values)];
    return all.length === 0 ? [] : [list(name, all)];
  });
  return lists.length === 0
    ? html``
    : html`<h2>What to look for elsewhere</h2>
        ${lists}`;
}

function list(name: string, values: readonly string[]): Html {
  const left = values.length - MAX_EACH;
  return html`<details>
    <summary>${name} (${values.length})</summary>
    <p>${values.slice(0, MAX_EACH).map((value) => html`<code>${value}</code><br />`)}</p>
    ${left > 0 ? html`<p class="soft">and ${many(left, 'more', 'more')}</p>` : ''}
  </details>`;
}
