/**
 * Many logins of one address at a web application: refused ones, or so many that are all answered alike by one program that no person sends them. Logs of
 * web servers rarely name accounts, so guessing and stuffing look the same in them.
 */
import { evidenceOf } from '../attempts.ts';
import { rememberingDetector } from '../detector.types.ts';
import { WebLoginTries, withWebTry } from '../web-login-tries.ts';

const FAILURES = 6;
/** Of answers that leave it open, that is what it takes: an office behind one address logs in every morning. */
const UNCLEAR = 20;
const AGENTS = 2;
/** The same page again and again, faster than anybody types: the form, with its complaint. */
const HURRIED = 6;
const HURRY_MS = 60_000;

export const webLoginGuessing = rememberingDetector<WebLoginTries>(
  {
    id: 'web-login-guessing',
    title: 'Guessing at a web login',
    severity: 'medium',
    confidence: 85,
    techniques: ['T1110.001', 'T1110.004'],
    tactics: ['TA0006'],
    falsePositives:
      'A program of your own that logs in anew for each call, or an office behind one address after a change of passwords.',
    on: ['request'],
    memory: WebLoginTries,
  },
  (input, before) => {
    const made = withWebTry(before, input);
    if (made === undefined) return undefined;
    const { tries } = made;
    const { failures, unclear, agents, run, same } = tries;
    const isRefused = failures.length >= FAILURES && failures.length >= unclear.length;
    const isAlike = unclear.length >= UNCLEAR && agents.length <= AGENTS && run >= UNCLEAR;
    const isHurried =
      tries.status === 200 && same >= HURRIED && input.time - (unclear.at(-HURRIED)?.[0] ?? 0) <= HURRY_MS;
    const total = failures.length + unclear.length;
    if ((!isRefused && !isAlike && !isHurried) || total < tries.next) return { memory: tries };
    const rested = isRefused ? failures : unclear;
    return {
      memory: { ...tries, next: total * 2 },
      finding: {
        summary: isRefused
          ? `${failures.length} refused logins within 10 minutes`
          : `${unclear.length} logins within 10 minutes, all answered alike`,
        evidence: evidenceOf(rested.filter(([, id]) => id !== input.event.event.id)),
      },
    };
  },
);
