/** `decoys verify`: attacks our own decoys as those do who look for honeypots, and says what gives them away. */
import type { Command } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { PersonaChoice } from '../config/decoy-plan.ts';
import type { Verdict } from '../verify/verify.ts';
import type { VerifyFinding } from '../verify/verify.types.ts';
import { addPersonaOptions } from './persona-options.ts';
import { EXIT, paint, print, printJson, safe } from './output.ts';
import { settings } from './settings.ts';

interface Options extends PersonaChoice {
  readonly json?: boolean;
  readonly all?: boolean;
}

export function addVerify(decoys: Command): void {
  addPersonaOptions(
    decoys
      .command('verify')
      .description(
        'test the running decoys as fingerprinters do: a score of 0 to 100 and each tell; fails where there is one',
      )
      .option('--all', 'print also what was alike')
      .option('--json', 'print JSON'),
  ).action(async (options: Options, command: Command) => verify(options, command));
}

async function verify({ json, all, ...choice }: Options, command: Command): Promise<void> {
  const { playedDecoys } = await import('../personas/played-decoys.ts');
  const { ownSource } = await import('../verify/own-source.ts');
  const { verifyDecoys } = await import('../verify/verify.ts');
  const chosen = settings(command);
  const { played } = await playedDecoys(chosen, choice);
  const { address, unmarked } = await ownSource(chosen.folder.platformSocket);
  const isShown = ({ outcome: { result } }: VerifyFinding): boolean => all === true || result !== 'alike';
  const onFinding = (finding: VerifyFinding): void => {
    if (json !== true && isShown(finding)) showFinding(finding);
  };
  const verdict = await verifyDecoys(played, { from: address, onFinding });
  const { score, findings, unreachable, notLookedAt } = verdict;
  if (unreachable.length === played.length)
    throw new NetSentinelError('NOT_RUNNING', 'user', unreachable[0]?.reason ?? 'there is no decoy to test', {
      hint: 'Start it first: `netsentinel up` with the same options.',
    });
  const count = (result: VerifyFinding['outcome']['result']): number =>
    findings.filter(({ outcome }) => outcome.result === result).length;
  const counts = { tells: count('tell'), alike: count('alike'), skipped: count('skipped') };
  if (json === true)
    printJson({
      score,
      ...counts,
      from: address,
      ...(unmarked === undefined ? {} : { unmarked }),
      unreachable,
      notLookedAt,
      findings,
    });
  else showVerdict(verdict, counts, played.length, unmarked);
  if (counts.tells > 0 || unreachable.length > 0) process.exitCode = EXIT.failed;
}

const MARKS = { tell: ['tell   ', 'red'], alike: ['alike  ', 'green'], skipped: ['skipped', 'dim'] } as const;

/** What was seen, where, how one sees it, and what helps. */
function showFinding({ decoy, check, title, weight, mend, outcome }: VerifyFinding): void {
  const [mark, colour] = MARKS[outcome.result];
  const what = outcome.result === 'tell' ? outcome.tell : outcome.result === 'skipped' ? outcome.reason : title;
  print(`${paint(mark, colour)}  ${decoy}  ${check}: ${safe(what, 400)}`);
  if (outcome.result !== 'tell') return;
  print(`         seen by: ${title}; weight ${weight} of 100`);
  print(`         to mend: ${mend ?? 'the decoy is at fault, not your configuration: please report this line'}`);
}

function showVerdict(
  { score, unreachable, notLookedAt }: Verdict,
  counts: { readonly tells: number; readonly alike: number; readonly skipped: number },
  decoys: number,
  unmarked: string | undefined,
): void {
  for (const { decoy, reason } of unreachable) print(`${paint('not there', 'yellow')}  ${decoy}: ${safe(reason, 200)}`);
  if (notLookedAt.length > 0)
    print(
      `${paint('not looked at', 'yellow')}: ${notLookedAt.map(({ decoy, reason }) => `${decoy} (${reason})`).join(', ')}`,
    );
  print(
    `detectability ${score} of 100: ${counts.tells} ${counts.tells === 1 ? 'tell' : 'tells'}, ${counts.alike} checks alike, ${counts.skipped} skipped; ${decoys - notLookedAt.length - unreachable.length} of ${decoys} decoys looked at`,
  );
  print(
    unmarked === undefined
      ? 'What the decoys recorded of this is kept with the mark of a test of ours: it opens no incident.'
      : `What the decoys recorded of this counts as an attack from here: ${safe(unmarked, 200)}`,
  );
  print(
    'How many of a hundred probes each decoy answers as the real daemon does is measured beside real ones: `npm run conformance -- decoys`.',
  );
}
