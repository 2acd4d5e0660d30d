/** One incident in the report: who, what, what to do, and the evidence, folded away. */
import type { Incident } from '@netsentinel/contracts/incident';
import { describeScanner } from '@netsentinel/contracts/scanner-words';
import { SEVERITY_WEIGHT } from '@netsentinel/alert/score';
import { technique } from '@netsentinel/detect/attack';
import { outcomeOf } from '../outcome.ts';
import type { Verdict } from '../verdict.ts';
import { adviceFor } from './advice.ts';
import type { Html } from '@netsentinel/kernel/html';
import { html } from '@netsentinel/kernel/html';
import { badge, outcomeMark, scannerMark } from './marks.ts';
import { dateOf, lasted, listed, many, timeOf, whenOf } from './words.ts';

/** Rows of each list that are shown: a page with a hundred incidents must open at once. */
const MAX_ROWS = 80;
const MAX_MOMENTS = 8;
const MAX_TECHNIQUES = 24;
const MAX_USERS = 4;

export interface StoryPlace {
  /** From 1. */
  readonly number: number;
  /** Whether it stands open; else it is folded to its title. */
  readonly isOpen: boolean;
  readonly withEvidence: boolean;
}

export function story(incident: Incident, verdict: Verdict | undefined, place: StoryPlace): Html {
  const { severity, scanner, title } = incident;
  const heading = html`${badge(severity)}
  ${title}${verdict === undefined ? '' : outcomeMark(outcomeOf(verdict))}${scannerMark(scanner)}`;
  if (!place.isOpen)
    return html`<details class="story s-${severity}" id="incident-${place.number}">
      <summary>${heading}</summary>
      ${body(incident, place)}
    </details>`;
  return html`<article class="story s-${severity}" id="incident-${place.number}">
    <h3>${heading}</h3>
    ${body(incident, place)}
  </article>`;
}

function body(incident: Incident, { withEvidence }: StoryPlace): Html {
  const { score, firstSeen, lastSeen, addresses } = incident;
  const advice = adviceFor(incident);
  return html`<p class="facts">
      Score ${score} of 100 · ${whenOf(firstSeen)} to
      ${dateOf(firstSeen) === dateOf(lastSeen) ? timeOf(lastSeen) : whenOf(lastSeen)}
      (${lasted(lastSeen - firstSeen)})${addresses.length > 1 ? ` · also seen as ${listed(addresses.slice(1, 6))}` : ''}
    </p>
    <p>${whatHappened(incident)}</p>
    ${moments(incident)}
    ${
      advice.length === 0
        ? ''
        : html`<h4>What to do</h4>
            <ul>
              ${advice.map((step) => html`<li>${step}</li>`)}
            </ul>`
    }
    ${techniques(incident)}
    ${withEvidence ? evidence(incident) : html`<p class="soft small">Its evidence is left out: this page is long enough.</p>`}`;
}

/** In a sentence or two, as one would tell it. */
function whatHappened({ counts, credentials, files, scanner, sourceVerified }: Incident): string {
  const who = scanner === undefined ? '' : `${describeScanner(scanner)}. `;
  const users = [...new Set(credentials.filter(({ accepted }) => accepted).map(({ user }) => user.slice(0, 64)))];
  const as =
    users.length === 0
      ? ''
      : ` as ${listed(users.slice(0, MAX_USERS))}${users.length > MAX_USERS ? ` and ${users.length - MAX_USERS} more` : ''}`;
  const deeds = [
    counts.failures > 0 ? `failed to log in ${times(counts.failures)}` : '',
    counts.logins > 0 ? `logged in ${times(counts.logins)}${as}` : '',
    counts.commands > 0 ? `ran ${many(counts.commands, 'command')}` : '',
    files.length > 0 ? `left or fetched ${many(files.length, 'file')}` : '',
  ].filter(Boolean);
  const did = deeds.length === 0 ? '' : capital(`${listed(deeds)}. `);
  const proof = sourceVerified ? '' : ' Nothing proves that the address is the attacker’s own.';
  return `${who}${did}${capital(many(counts.events, 'event'))} in all.${proof}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : many(count, 'time');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The most telling findings, in the order in which they were made. */
function moments({ detections }: Incident): Html {
  const worst = detections
    .toSorted((a, b) => SEVERITY_WEIGHT[b.severity] - SEVERITY_WEIGHT[a.severity] || a.first - b.first)
    .slice(0, MAX_MOMENTS)
    .toSorted((a, b) => a.first - b.first);
  if (worst.length === 0) return html``;
  const left = detections.length - worst.length;
  const isOneDay = new Set(worst.map(({ first }) => dateOf(first))).size === 1;
  return html`<ol class="moments">
    ${worst.map(
      ({ title, count, first, severity }) =>
        html`<li>
          <time>${isOneDay ? timeOf(first) : whenOf(first)}</time><i class="${severity}" title="${severity}"></i
          ><span>${title}${count > 1 ? html` <span class="soft">× ${count.toLocaleString('en')}</span>` : ''}</span>
        </li>`,
    )}${left > 0 ? html`<li class="soft">and ${left} more, in the evidence</li>` : ''}
  </ol>`;
}

function techniques({ techniques: ids }: Incident): Html {
  if (ids.length === 0) return html``;
  return html`<ul class="chips">
    ${ids.slice(0, MAX_TECHNIQUES).map((id) => html`<li title="${technique(id)?.short}">${id} ${technique(id)?.name}</li>`)}
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
    <summary>${name} (${(all.length + (omitted ?? 0)).toLocaleString('en')})</summary>
    <div class="scroll">
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
    </div>
    ${left > 0 ? html`<p class="soft">and ${many(left, 'more entry', 'more entries')}</p>` : ''}
  </details>`;
}
