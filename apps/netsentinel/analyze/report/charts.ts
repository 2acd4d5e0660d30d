/** The report's pictures, as SVG within the page. */
import type { Incident } from '@netsentinel/contracts/incident';
import { tactics as allTactics } from '@netsentinel/detect/attack';
import { attackerName } from '../verdict.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { SEVERITY_COLOURS } from './styles.ts';
import { dateOf, timeOf } from './words.ts';

const WIDTH = 980;
const LABEL = 210;

/** How many incidents reached each tactic, in the order of the matrix: how far attackers came. */
export function tacticsChart(reached: ReadonlyMap<string, number>): Html {
  const rows = allTactics().map(({ id, name }) => ({ name, count: reached.get(id) ?? 0 }));
  const most = Math.max(1, ...rows.map(({ count }) => count));
  const bars = rows.map(({ name, count }, index) => {
    const y = index * 26;
    const width = count === 0 ? 0 : Math.max(3, Math.round((count / most) * (WIDTH - LABEL - 70)));
    return html`<g
      ><text x="${LABEL - 12}" y="${y + 17}" text-anchor="end" fill="${count === 0 ? '#9aa4b2' : '#16202e'}"
        >${name}</text
      ><rect x="${LABEL}" y="${y + 4}" width="${width}" height="18" rx="2" fill="#33507a" /><text
        x="${LABEL + width + 8}"
        y="${y + 17}"
        fill="${count === 0 ? '#9aa4b2' : '#16202e'}"
        >${count === 0 ? '–' : count}</text
      ></g
    >`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${rows.length * 26 + 4}" role="img" aria-label="Incidents by tactic">
    ${bars}
  </svg>`;
}

/** A line for each of the worst attackers, from its first to its last move. */
export function timeline(incidents: readonly Incident[]): Html {
  const from = Math.min(...incidents.map(({ firstSeen }) => firstSeen));
  const to = Math.max(from + 1000, ...incidents.map(({ lastSeen }) => lastSeen));
  const room = WIDTH - LABEL - 20;
  const x = (ms: number): number => LABEL + Math.round(((ms - from) / (to - from)) * room);
  const height = incidents.length * 22 + 30;
  const days = to - from > 36 * 3_600_000;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = x(from + part * (to - from));
    const label = days ? dateOf(from + part * (to - from)) : timeOf(from + part * (to - from));
    return html`<line x1="${at}" y1="0" x2="${at}" y2="${height - 26}" stroke="#e6eaef" /><text
        x="${at}"
        y="${height - 8}"
        text-anchor="${part === 0 ? 'start' : part === 1 ? 'end' : 'middle'}"
        fill="#5b6778"
        >${label}</text
      >`;
  });
  const rows = incidents.map((incident, index) => {
    const y = index * 22;
    const begin = x(incident.firstSeen);
    const width = Math.max(6, x(incident.lastSeen) - begin);
    return html`<g
      ><title>${incident.title}</title
      ><text x="${LABEL - 12}" y="${y + 15}" text-anchor="end" fill="#16202e"
        >${attackerName(incident).slice(0, 30)}</text
      ><rect
        x="${Math.min(begin, LABEL + room - width)}"
        y="${y + 5}"
        width="${width}"
        height="12"
        rx="3"
        fill="${SEVERITY_COLOURS[incident.severity]}"
    /></g>`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="When attackers were active">
    ${ticks}${rows}
  </svg>`;
}
