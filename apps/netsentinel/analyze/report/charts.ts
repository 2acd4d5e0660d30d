/** The report's pictures, drawn by the page itself: they stay legible on a telephone and on paper. */
import type { Incident } from '@netsentinel/contracts/incident';
import { tactics as allTactics } from '@netsentinel/detect/attack';
import { attackerName, type Verdict } from '../verdict.ts';
import type { Html } from '@netsentinel/kernel/html';
import { html } from '@netsentinel/kernel/html';
import { dateOf, listed, many, timeOf } from './words.ts';

const COLUMNS = 60;
const COLUMN_HEIGHT = 100;
const DAY_MS = 86_400_000;
/** What each tactic is, for those who never heard of it. */
const PLAIN: Readonly<Record<string, string>> = {
  TA0043: 'looked at what there is, from outside',
  TA0042: 'prepared machines and tools',
  TA0001: 'tried to get in, or got in',
  TA0002: 'ran programs',
  TA0003: 'saw to it that they can come back',
  TA0004: 'took more rights',
  TA0005: 'hid what they did',
  TA0006: 'went for passwords and keys',
  TA0007: 'looked around inside',
  TA0008: 'went on to other machines',
  TA0009: 'gathered data',
  TA0011: 'steered what they had left behind',
  TA0010: 'carried data away',
  TA0040: 'destroyed, encrypted or misused',
};

/** How many incidents reached each tactic, in the order of the matrix: how far attackers came. */
export function tacticsChart(reached: ReadonlyMap<string, number>): Html {
  const all = allTactics().map(({ id, name }) => ({ id, name, count: reached.get(id) ?? 0 }));
  const rows = all.filter(({ count }) => count > 0);
  const most = Math.max(1, ...rows.map(({ count }) => count));
  const missing = all.filter(({ count }) => count === 0).map(({ name }) => name.toLowerCase());
  return html`<div class="bars">
      ${rows.map(
        ({ id, name, count }) =>
          html`<div class="bar">
            <span class="name">${name}<small>${PLAIN[id]}</small></span
            ><span class="track"><i style="width:${percent(count / most)}"></i></span
            ><b>${count.toLocaleString('en')}</b>
          </div>`,
      )}
    </div>
    ${missing.length === 0 ? '' : html`<p class="soft small">Not seen: ${listed(missing)}.</p>`}`;
}

/** How many incidents began when, the severe ones at the bottom. */
export function activity(verdicts: readonly Verdict[]): Html {
  const times = verdicts.map(({ first_seen: first }) => Date.parse(first));
  const from = times.reduce((least, one) => Math.min(least, one), Infinity);
  const to = Math.max(
    from + 1000,
    times.reduce((most, one) => Math.max(most, one), -Infinity),
  );
  const columns = Array.from({ length: COLUMNS }, () => ({ grave: 0, medium: 0, light: 0 }));
  verdicts.forEach(({ severity }, index) => {
    const at = Math.min(COLUMNS - 1, Math.floor(((times[index]! - from) / (to - from)) * COLUMNS));
    const column = columns[at]!;
    if (severity === 'critical' || severity === 'high') column.grave++;
    else if (severity === 'medium') column.medium++;
    else column.light++;
  });
  const most = Math.max(1, ...columns.map(({ grave, medium, light }) => grave + medium + light));
  const bars = columns.map(({ grave, medium, light }, index) => {
    let top = COLUMN_HEIGHT;
    return (
      [
        ['grave', grave],
        ['medium', medium],
        ['light', light],
      ] as const
    ).map(([kind, count]) => {
      if (count === 0) return html``;
      const height = Math.max(2, Math.round((count / most) * COLUMN_HEIGHT));
      top = Math.max(0, top - height);
      return html`<rect class="${kind}" x="${index * 10 + 1}" y="${top}" width="8" height="${height}" />`;
    });
  });
  return html`<figure>
    <p class="soft small legend">
      <i class="grave"></i> critical or high <i class="medium"></i> medium <i class="light"></i> low or info · at most
      ${many(most, 'incident')} at a time
    </p>
    <svg
      viewBox="0 0 ${COLUMNS * 10} ${COLUMN_HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="Incidents over time"
    >
      ${bars}
    </svg>
    ${axis(from, to)}
  </figure>`;
}

/** A line for each of the worst attackers, from its first to its last move. */
export function timeline(incidents: readonly Incident[]): Html {
  const from = Math.min(...incidents.map(({ firstSeen }) => firstSeen));
  const to = Math.max(from + 1000, ...incidents.map(({ lastSeen }) => lastSeen));
  return html`<figure class="lines">
    ${incidents.map((incident) => {
      const begin = (incident.firstSeen - from) / (to - from);
      const length = (incident.lastSeen - incident.firstSeen) / (to - from);
      return html`<div class="line">
        <span class="name">${attackerName(incident)}</span
        ><span class="track"
          ><i class="${incident.severity}" style="left:${percent(begin)};width:${percent(length)}"></i
        ></span>
      </div>`;
    })}
    <div class="line"><span class="name"></span>${axis(from, to)}</div>
  </figure>`;
}

function axis(from: number, to: number): Html {
  const word = to - from > 1.5 * DAY_MS ? dateOf : timeOf;
  return html`<div class="axis">
    ${[0, 0.5, 1].map((part) => html`<span>${word(from + part * (to - from))}</span>`)}
  </div>`;
}

function percent(part: number): string {
  return `${(Math.min(1, Math.max(0, part)) * 100).toFixed(1)}%`;
}
