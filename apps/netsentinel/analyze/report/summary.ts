/** The top of the report: how bad it is, what to do first, and what the answer rests on. */
import type { FileRead } from '../piece.types.ts';
import type { Findings } from '../findings.ts';
import { firstSteps } from './advice.ts';
import type { Html } from '@netsentinel/kernel/html';
import { html } from '@netsentinel/kernel/html';
import { badge } from './marks.ts';
import type { ReportFacts } from './page.ts';
import { lasted, listed, many, whenOf } from './words.ts';

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
const MAX_PATHS = 6;
/** Incidents that the first steps are drawn from. */
const MAX_STEPS_FROM = 25;

export function summary(facts: ReportFacts): Html {
  const { findings, events, paths, firstMs, lastMs } = facts;
  const { severities, verdicts } = findings;
  const period =
    firstMs === undefined || lastMs === undefined
      ? ''
      : `${whenOf(firstMs)} to ${whenOf(lastMs)} (${lasted(lastMs - firstMs)})`;
  const steps = firstSteps(findings.worst.slice(0, MAX_STEPS_FROM));
  const attackers = new Set(verdicts.map(({ attacker }) => ('ip' in attacker ? attacker.ip : attacker.host))).size;
  return html`<h1>Who attacked, and how</h1>
    <p class="soft">
      ${listed(paths.slice(0, MAX_PATHS))}${paths.length > MAX_PATHS ? ` and ${paths.length - MAX_PATHS} more` : ''}<br />${period}
    </p>
    ${lead(findings)}
    ${
      steps.length === 0
        ? ''
        : html`<h4>What to do first</h4>
            <ol class="first">
              ${steps.map((step) => html`<li>${step}</li>`)}
            </ol>`
    }
    <div class="tiles">
      ${SEVERITIES.map((severity) => html`<div class="tile"><b>${severities[severity].toLocaleString('en')}</b>${badge(severity)}</div>`)}
      <div class="tile"><b>${attackers.toLocaleString('en')}</b><small>attackers</small></div>
      <div class="tile"><b>${events.toLocaleString('en')}</b><small>events read</small></div>
    </div>
    <p class="soft small">${coverage(facts)}</p>`;
}

function lead(findings: Findings): Html {
  const { verdicts, worst, outcomes } = findings;
  const [first] = worst;
  if (first === undefined) return box('calm', 'Nothing in these logs calls for attention.', '');
  const [kind, headline] = verdictOf(findings);
  const all = many(verdicts.length, 'incident');
  const ends = [
    outcomes.inside > 0 ? `in ${share(outcomes.inside, verdicts.length)} somebody was inside` : '',
    outcomes.decoy > 0 ? `in ${share(outcomes.decoy, verdicts.length)} at a decoy only, where nothing of worth is` : '',
    outcomes.tried > 0 ? `in ${share(outcomes.tried, verdicts.length)} nothing shows that it worked` : '',
  ].filter(Boolean);
  return box(kind, headline, `${all}: ${listed(ends)}. The gravest: ${first.title}.`);
}

function verdictOf({ outcomes, severities }: Findings): ['bad' | 'warn' | 'calm', string] {
  const grave = severities.critical + severities.high;
  if (outcomes.inside > 0 && grave > 0) return ['bad', 'Somebody got in.'];
  if (outcomes.decoy > 0) return ['warn', 'Attackers got in, but only where they were meant to: at decoys.'];
  if (grave > 0) return ['warn', 'There were serious attacks. Nothing shows that one succeeded.'];
  return ['calm', 'There were attempts, none of them serious.'];
}

function share(count: number, all: number): string {
  return count === all ? (all === 1 ? 'it' : 'all of them') : count.toLocaleString('en');
}

function box(kind: string, headline: string, text: string): Html {
  return html`<div class="lead l-${kind}">
    <p><b>${headline}</b>${text}</p>
  </div>`;
}

/** What was read, and what was not: an answer is worth as much as what it rests on. */
function coverage({ files, findings, omitted }: ReportFacts): string {
  const formats = new Map<string, number>();
  for (const { format } of files) if (format !== undefined) formats.set(format, (formats.get(format) ?? 0) + 1);
  const read = listed([...formats].map(([format, count]) => `${many(count, 'file')} of ${format}`));
  const sum = (of: (file: FileRead) => number): number => files.reduce((total, file) => total + of(file), 0);
  const unknown = files.filter(({ format, failure }) => format === undefined && failure === undefined).length;
  const broken = files.filter(({ failure }) => failure !== undefined).length;
  const refused = sum((file) => file.refused);
  const missing = [
    unknown > 0 ? many(unknown, 'file of no known format', 'files of no known format') : '',
    broken > 0
      ? many(broken, 'file that could not be read to its end', 'files that could not be read to their end')
      : '',
    refused > 0 ? many(refused, 'record that could not be parsed', 'records that could not be parsed') : '',
    omitted > 0
      ? many(omitted, 'incident for which memory was too small', 'incidents for which memory was too small')
      : '',
  ].filter(Boolean);
  const scanners = [...findings.scanners]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 8)
    .map(([name, count]) => `${name} (${count.toLocaleString('en')})`);
  return [
    read === '' ? 'Nothing was read.' : `Read: ${read}.`,
    missing.length === 0 ? '' : `Not in this report: ${listed(missing)}.`,
    scanners.length === 0
      ? ''
      : `Known scanners among the attackers: ${listed(scanners)}; their probing weighs little.`,
  ]
    .filter(Boolean)
    .join(' ');
}
