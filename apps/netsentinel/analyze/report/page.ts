/** The report as one page that needs nothing else: no script, no font, no picture from anywhere. */
import type { Incident } from '@netsentinel/contracts/incident';
import { tactic } from '@netsentinel/detect/attack';
import type { Findings } from '../findings.ts';
import type { Verdict } from '../verdict.ts';
import { tacticsChart, timeline } from './charts.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { badge, story } from './story.ts';
import { styles } from './styles.ts';
import { lasted, listed, many, whenOf } from './words.ts';

export interface ReportFacts {
  readonly findings: Findings;
  readonly events: number;
  /** What was read, as the user named it. */
  readonly paths: readonly string[];
  /** Format → how many files of it. */
  readonly formats: ReadonlyMap<string, number>;
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  readonly writtenMs: number;
}

/** Incidents that are told in full, and in a line. */
export const MAX_STORIES = 100;
const MAX_LINES = 1000;
const IN_CHART = 25;
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;

export function reportPage(facts: ReportFacts): string {
  const { findings } = facts;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="referrer" content="no-referrer" />
        <title>NetSentinel report</title>
        <style>
          ${styles}
        </style>
      </head>
      <body>
        <main>
          ${summary(facts)}
          ${
            findings.worst.length === 0
              ? ''
              : html` <h2>When attackers were active</h2>
                  ${timeline(findings.worst.slice(0, IN_CHART).toSorted((a, b) => a.firstSeen - b.firstSeen))}
                  <h2>How far they came</h2>
                  <p class="soft">Incidents that reached each tactic of MITRE ATT&amp;CK.</p>
                  ${tacticsChart(findings.tactics)}
                  <h2>Top attackers</h2>
                  ${topAttackers(findings.verdicts)}
                  <h2>What happened</h2>
                  ${findings.worst.map((incident, index) => story(incident, index + 1))} ${rest(findings)}`
          }
          <footer>
            Written by NetSentinel on ${whenOf(facts.writtenMs)}. All times are UTC. Names, passwords and commands stand
            here as attackers wrote them.
          </footer>
        </main>
      </body>
    </html> `;
  return page.text;
}

function summary({ findings, events, paths, formats, firstMs, lastMs }: ReportFacts): Html {
  const { severities, verdicts } = findings;
  const period =
    firstMs === undefined || lastMs === undefined
      ? ''
      : `${whenOf(firstMs)} to ${whenOf(lastMs)} (${lasted(lastMs - firstMs)})`;
  const read = listed([...formats].map(([format, files]) => `${many(files, 'file')} of ${format}`));
  return html`<h1>Who attacked, and how</h1>
    <p class="soft">
      ${listed(paths.slice(0, 6))}${paths.length > 6 ? ` and ${paths.length - 6} more` : ''}<br />${period}
    </p>
    <p class="lead">${lead(findings)}</p>
    <div class="tiles">
      ${SEVERITIES.map((severity) => html`<div class="tile"><b>${severities[severity].toLocaleString('en')}</b>${badge(severity)}</div>`)}
      <div class="tile">
        <b>${new Set(verdicts.map(({ attacker }) => JSON.stringify(attacker))).size.toLocaleString('en')}</b
        ><small>attackers</small>
      </div>
      <div class="tile"><b>${events.toLocaleString('en')}</b><small>events read</small></div>
    </div>
    <p class="soft">${read === '' ? 'Nothing was read.' : `Read: ${read}.`}</p>`;
}

function lead({ verdicts, severities, worst, tactics }: Findings): string {
  const [first] = worst;
  if (first === undefined) return 'Nothing in these logs calls for attention.';
  const grave = severities.critical + severities.high;
  const opening =
    grave === 0
      ? `${many(verdicts.length, 'incident')}, none of them severe.`
      : `${many(verdicts.length, 'incident')}, of which ${grave === 1 ? 'one calls' : `${grave.toLocaleString('en')} call`} for attention now.`;
  const most = [...tactics].toSorted((a, b) => b[1] - a[1])[0];
  const mostly = most === undefined ? '' : ` Most often seen: ${tactic(most[0])?.name.toLowerCase() ?? most[0]}.`;
  return `${opening} The gravest: ${first.title}.${mostly}`;
}

interface Row {
  readonly name: string;
  readonly severity: Incident['severity'];
  readonly score: number;
  incidents: number;
  events: number;
  failures: number;
  readonly title: string;
}

function topAttackers(verdicts: readonly Verdict[]): Html {
  const rows = new Map<string, Row>();
  // The worst comes first, so the first of an attacker says how bad it is.
  for (const { attacker, severity, score, events, failed_logins: failures, title } of verdicts) {
    const name = 'ip' in attacker ? attacker.ip : attacker.host;
    const known = rows.get(name);
    if (known === undefined) rows.set(name, { name, severity, score, incidents: 1, events, failures, title });
    else {
      known.incidents++;
      known.events += events;
      known.failures += failures;
    }
  }
  return html`<table>
    <thead>
      <tr>
        <th>Attacker</th>
        <th>Severity</th>
        <th class="n">Score</th>
        <th class="n">Incidents</th>
        <th class="n">Events</th>
        <th class="n">Failed logins</th>
        <th>Worst</th>
      </tr>
    </thead>
    <tbody>
      ${[...rows.values()].slice(0, 15).map(
        (row) =>
          html`<tr>
            <td class="a">${row.name}</td>
            <td>${badge(row.severity)}</td>
            <td class="n">${row.score}</td>
            <td class="n">${row.incidents.toLocaleString('en')}</td>
            <td class="n">${row.events.toLocaleString('en')}</td>
            <td class="n">${row.failures.toLocaleString('en')}</td>
            <td>${row.title}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function rest({ verdicts, worst }: Findings): Html {
  const others = verdicts.slice(worst.length);
  if (others.length === 0) return html``;
  const shown = others.slice(0, MAX_LINES);
  return html`<details>
    <summary>${many(others.length, 'further incident')}, in a line each</summary>
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
    ${others.length > shown.length ? html`<p class="soft">and ${many(others.length - shown.length, 'more')}: <code>--json</code> tells them all</p>` : ''}
  </details>`;
}
