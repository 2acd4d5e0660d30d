/** The report's tables of attackers and of incidents. */
import type { Incident } from '@netsentinel/contracts/incident';
import type { KnownScanner } from '@netsentinel/contracts/scanner';
import type { Findings } from '../findings.ts';
import { outcomeOf, type Outcome } from '../outcome.ts';
import type { Verdict } from '../verdict.ts';
import type { Html } from '@netsentinel/kernel/html';
import { html } from '@netsentinel/kernel/html';
import { badge, outcomeMark, scannerMark } from './marks.ts';
import { many, whenOf } from './words.ts';

const MAX_ATTACKERS = 15;
const MAX_LINES = 1000;

interface Row {
  readonly name: string;
  readonly severity: Incident['severity'];
  readonly scanner: KnownScanner | undefined;
  readonly title: string;
  /** Number of its worst incident, where that is told in full. */
  readonly story: number | undefined;
  outcome: Outcome;
  first: string;
  last: string;
  incidents: number;
  events: number;
}

const RANK: Readonly<Record<Outcome, number>> = { tried: 0, decoy: 1, inside: 2 };

/** @param stories how many of the worst incidents are told in full */
export function topAttackers(verdicts: readonly Verdict[], stories: number): Html {
  const rows = new Map<string, Row>();
  // The worst comes first, so the first of an attacker says how bad it is.
  verdicts.forEach((verdict, index) => {
    const { attacker, severity, scanner, title, events, first_seen: first, last_seen: last } = verdict;
    const name = 'ip' in attacker ? attacker.ip : attacker.host;
    const outcome = outcomeOf(verdict);
    const known = rows.get(name);
    if (known === undefined) {
      const story = index < stories ? index + 1 : undefined;
      rows.set(name, { name, severity, scanner, title, story, outcome, first, last, incidents: 1, events });
      return;
    }
    known.incidents++;
    known.events += events;
    if (first < known.first) known.first = first;
    if (last > known.last) known.last = last;
    if (RANK[outcome] > RANK[known.outcome]) known.outcome = outcome;
  });
  const left = rows.size - MAX_ATTACKERS;
  return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Attacker</th>
            <th>Severity</th>
            <th class="wide">First seen</th>
            <th class="wide">Last seen</th>
            <th class="n wide">Incidents</th>
            <th class="n wide">Events</th>
            <th>The worst of it</th>
          </tr>
        </thead>
        <tbody>
          ${[...rows.values()].slice(0, MAX_ATTACKERS).map(
            (row) =>
              html`<tr>
                <td class="a">${row.name}${scannerMark(row.scanner)}</td>
                <td>${badge(row.severity)}</td>
                <td class="t wide">${whenOf(Date.parse(row.first))}</td>
                <td class="t wide">${whenOf(Date.parse(row.last))}</td>
                <td class="n wide">${row.incidents.toLocaleString('en')}</td>
                <td class="n wide">${row.events.toLocaleString('en')}</td>
                <td class="w">
                  ${row.story === undefined ? row.title : html`<a href="#incident-${row.story}">${row.title}</a>`}${outcomeMark(row.outcome)}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${left > 0 ? html`<p class="soft small">and ${many(left, 'more attacker')}</p>` : ''}`;
}

/** What is not told in full, in a line each. */
export function furtherIncidents({ verdicts, worst }: Findings): Html {
  const others = verdicts.slice(worst.length);
  if (others.length === 0) return html``;
  const shown = others.slice(0, MAX_LINES);
  return html`<details>
    <summary>${many(others.length, 'further incident')}, in a line each</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Severity</th>
            <th class="n">Score</th>
            <th>First seen</th>
            <th>What</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ severity, score, first_seen: first, title }) =>
              html`<tr>
                <td>${badge(severity)}</td>
                <td class="n">${score}</td>
                <td class="t">${whenOf(Date.parse(first))}</td>
                <td>${title}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${others.length > shown.length ? html`<p class="soft">and ${many(others.length - shown.length, 'more', 'more')}: <code>--json</code> tells them all</p>` : ''}
  </details>`;
}
