/** The report as one page that needs nothing else: no script, no font, no picture from anywhere. */
import type { FileRead } from '../piece.types.ts';
import type { Findings } from '../findings.ts';
import { furtherIncidents, topAttackers } from './attackers.ts';
import { activity, tacticsChart, timeline } from './charts.ts';
import { html, type Html } from '@netsentinel/kernel/html';
import { indicators } from './indicators.ts';
import { story } from './story.ts';
import { styles } from './styles.ts';
import { summary } from './summary.ts';
import { whenOf } from './words.ts';

export interface ReportFacts {
  readonly findings: Findings;
  readonly events: number;
  /** What was read, as the user named it. */
  readonly paths: readonly string[];
  readonly files: readonly FileRead[];
  /** Incidents that were lost for want of memory. */
  readonly omitted: number;
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  readonly writtenMs: number;
}

/** Incidents that are told in full; of those, the worst stand open. */
export const MAX_STORIES = 100;
const OPEN_STORIES = 10;
const IN_CHART = 15;
/** Fewer incidents are seen better one by one. */
const MIN_FOR_ACTIVITY = 8;
/** Characters of stories with their evidence: a page must open on a telephone. What comes after is told without. */
const MAX_STORY_CHARS = 4_000_000;

export function reportPage(facts: ReportFacts): string {
  const { worst } = facts.findings;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>NetSentinel report</title>
        <style>
          ${styles}
        </style>
      </head>
      <body>
        <main>
          ${summary(facts)} ${worst.length === 0 ? '' : findingsOf(facts.findings)}
          <footer>
            Written by NetSentinel on ${whenOf(facts.writtenMs)}. All times are UTC. Names, passwords and commands stand
            here as attackers wrote them: keep this page as you would keep them.
          </footer>
        </main>
      </body>
    </html> `.text;
}

function findingsOf(findings: Findings): Html {
  const { worst, verdicts, tactics } = findings;
  return html`<h2>When attackers were active</h2>
    ${verdicts.length < MIN_FOR_ACTIVITY ? '' : activity(verdicts)}
    ${verdicts.length < MIN_FOR_ACTIVITY ? '' : html`<h4>The worst of them, from their first to their last move</h4>`}
    ${timeline(worst.slice(0, IN_CHART).toSorted((a, b) => a.firstSeen - b.firstSeen))}
    ${
      tactics.size === 0
        ? ''
        : html`<h2>How far they came</h2>
            <p class="soft">Incidents that reached each tactic of MITRE ATT&amp;CK.</p>
            ${tacticsChart(tactics)}`
    }
    <h2>Top attackers</h2>
    ${topAttackers(verdicts, worst.length)}
    <h2>What happened</h2>
    ${stories(findings)} ${furtherIncidents(findings)} ${indicators(worst)}`;
}

function stories({ worst, verdicts }: Findings): Html[] {
  let chars = 0;
  return worst.map((incident, index) => {
    const told = story(incident, verdicts[index], {
      number: index + 1,
      isOpen: index < OPEN_STORIES,
      withEvidence: chars < MAX_STORY_CHARS,
    });
    chars += told.text.length;
    return told;
  });
}
