/** One incident in the report: who, what, what to do, and the evidence, folded away. */
import type { Incident } from '@netsentinel/contracts/incident';
import { SEVERITY_WEIGHT } from '@netsentinel/alert/score';
import { tactic, technique } from '@netsentinel/detect/attack';
import { adviceFor } from './advice.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { lasted, listed, many, whenOf } from './words.ts';

/** Rows of each list that are shown: a page with a hundred incidents must open at once. */
const MAX_ROWS = 80;

export function story(incident: Incident, number: number): Html {
  const { severity, score, firstSeen, lastSeen, addresses, title } = incident;
  const advice = adviceFor(incident);
  return html`<article class="story s-${severity}" id="incident-${number}">
    <h3>${badge(severity)} ${title}</h3>
    <p class="facts">
      Score ${score} of 100 · ${whenOf(firstSeen)} to ${whenOf(lastSeen)}
      (${lasted(lastSeen - firstSeen)})${addresses.length > 1 ? ` · also seen as ${listed(addresses.slice(1, 6))}` : ''}
    </p>
    <p>${whatHappened(incident)}</p>
    ${findings(incident)}
    ${
      advice.length === 0
        ? ''
        : html`<h4>What to do</h4>
            <ul>
              ${advice.map((step) => html`<li>${step}</li>`)}
            </ul>`
    }
    ${techniques(incident)} ${evidence(incident)}
  </article>`;
}

export function badge(severity: Incident['severity']): Html {
  return html`<span class="badge ${severity}">${severity}</span>`;
}

function whatHappened({ counts, tactics, sessions, files }: Incident): string {
  const parts = [many(counts.events, 'event')];
  if (counts.failures > 0) parts.push(many(counts.failures, 'failed login'));
  if (counts.logins > 0) parts.push(many(counts.logins, 'successful login'));
  if (counts.commands > 0) parts.push(many(counts.commands, 'command'));
  if (files.length > 0) parts.push(many(files.length, 'file'));
  if (sessions.length > 0) parts.push(many(sessions.length, 'session'));
  const ways = tactics.map((id) => tactic(id)?.name.toLowerCase() ?? id);
  return `${listed(parts)}.${ways.length === 0 ? '' : ` What it went through: ${listed(ways)}.`}`;
}

function findings({ detections }: Incident): Html {
  const rows = detections.toSorted((a, b) => SEVERITY_WEIGHT[b.severity] - SEVERITY_WEIGHT[a.severity]);
  if (rows.length === 0) return html``;
  return html`<ul>
    ${rows.slice(0, 8).map(({ title, count }) => html`<li>${title}${count > 1 ? html` <span class="soft">× ${count}</span>` : ''}</li>`)}${rows.length > 8 ? html`<li class="soft">and ${rows.length - 8} more, in the evidence</li>` : ''}
  </ul>`;
}

function techniques({ techniques: ids }: Incident): Html {
  if (ids.length === 0) return html``;
  return html`<ul class="chips">
    ${ids.slice(0, 24).map((id) => html`<li title="${technique(id)?.short}">${id} ${technique(id)?.name}</li>`)}
  </ul>`;
}

function evidence(incident: Incident): Html {
  const { timeline, credentials, commands, files, detections, sessions } = incident;
  const parts = [
    folded(
      'Timeline',
      timeline,
      incident.omitted['timeline'],
      ['When', 'What', 'Detail'],
      ({ time, title, detail }) =>
        html`<td class="t">${whenOf(time)}</td>
          <td>${title}</td>
          <td class="soft">${detail}</td>`,
    ),
    folded(
      'Detections',
      detections,
      incident.omitted['detections'],
      ['Severity', 'Rule', 'First', 'Last', 'Times'],
      (one) =>
        html`<td>${badge(one.severity)}</td>
          <td>${one.title}</td>
          <td class="t">${whenOf(one.first)}</td>
          <td class="t">${whenOf(one.last)}</td>
          <td class="n">${one.count}</td>`,
    ),
    folded(
      'Credentials',
      credentials,
      incident.omitted['credentials'],
      ['User', 'Password or key', 'Accepted', 'Times'],
      (one) =>
        html`<td class="c">${one.user}</td>
          <td class="c">${one.password ?? one.key}</td>
          <td>${one.accepted ? 'yes' : 'no'}</td>
          <td class="n">${one.count}</td>`,
    ),
    folded(
      'Commands',
      commands,
      incident.omitted['commands'],
      ['When', 'Command'],
      ({ time, input }) =>
        html`<td class="t">${whenOf(time)}</td>
          <td class="c">${input}</td>`,
    ),
    folded(
      'Files',
      files,
      incident.omitted['files'],
      ['When', 'How', 'File', 'From', 'SHA-256'],
      (one) =>
        html`<td class="t">${whenOf(one.time)}</td>
          <td>${one.direction}</td>
          <td class="c">${one.path}</td>
          <td class="c">${one.url}</td>
          <td class="c">${one.sha256}</td>`,
    ),
    folded(
      'Sessions',
      sessions,
      incident.omitted['sessions'],
      ['Begin', 'End', 'At', 'Protocol', 'User', 'Client'],
      (one) =>
        html`<td class="t">${whenOf(one.start)}</td>
          <td class="t">${one.end === undefined ? '' : whenOf(one.end)}</td>
          <td>${one.decoy}</td>
          <td>${one.protocol}</td>
          <td class="c">${one.user}</td>
          <td class="c">${one.client}</td>`,
    ),
  ];
  return html`${parts}`;
}

function folded<T>(
  name: string,
  all: readonly T[],
  omitted: number | undefined,
  columns: readonly string[],
  row: (one: T) => Html,
): Html {
  if (all.length === 0) return html``;
  const shown = all.slice(0, MAX_ROWS);
  const left = all.length - shown.length + (omitted ?? 0);
  return html`<details>
    <summary>${name} (${all.length + (omitted ?? 0)})</summary>
    <table>
      <thead>
        <tr>
          ${columns.map((column) => html`<th${column === 'Times' ? html` class="n"` : ''}>${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (one) =>
            html`<tr>
              ${row(one)}
            </tr>`,
        )}
      </tbody>
    </table>
    ${left > 0 ? html`<p class="soft">and ${many(left, 'more entry', 'more entries')}</p>` : ''}
  </details>`;
}
