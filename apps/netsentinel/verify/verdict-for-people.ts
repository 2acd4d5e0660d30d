/** A verdict as it goes to whoever has no terminal at the machine: bounded, and by decoy. */
import { MAX_TOLD, type DecoyTell, type DecoyVerdict, type TestedDecoy } from '@netsentinel/contracts/decoy-test';
import { scoreOf, type Verdict } from './verify.ts';
import type { VerifyFinding } from './verify.types.ts';

/** As the contract has them. */
const MAX_TEXT = 512;
const MAX_NAME = 256;

export function verdictForPeople({ score, findings, unreachable, notLookedAt }: Verdict): DecoyVerdict {
  const unseen = new Map(
    [...notLookedAt, ...unreachable].map(({ decoy, reason }) => [decoy, reason.slice(0, MAX_TEXT)]),
  );
  const by = Map.groupBy(findings, ({ decoy }) => decoy);
  const decoys = [...new Set([...by.keys(), ...unseen.keys()])].map((decoy): TestedDecoy => {
    const own = by.get(decoy) ?? [];
    const count = (result: VerifyFinding['outcome']['result']): number =>
      own.filter(({ outcome }) => outcome.result === result).length;
    const why = unseen.get(decoy);
    return {
      decoy: decoy.slice(0, MAX_NAME),
      score: scoreOf(own),
      tells: count('tell'),
      alike: count('alike'),
      skipped: count('skipped'),
      ...(why === undefined ? {} : { unseen: why }),
    };
  });
  const tells = findings.flatMap(({ decoy, check, title, weight, mend, outcome }): DecoyTell[] =>
    outcome.result === 'tell'
      ? [
          {
            decoy: decoy.slice(0, MAX_NAME),
            check,
            title: title.slice(0, MAX_NAME),
            tell: outcome.tell.slice(0, MAX_TEXT),
            weight,
            ...(mend === undefined ? {} : { mend: mend.slice(0, MAX_TEXT) }),
          },
        ]
      : [],
  );
  tells.sort((a, b) => b.weight - a.weight);
  return { score, decoys: decoys.slice(0, MAX_TOLD), tells: tells.slice(0, MAX_TOLD) };
}
