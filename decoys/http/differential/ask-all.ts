/** Sends every probe to a server, some at a time: as many as a small one takes without closing on us. */
import { type Answer, exchange } from './exchange.ts';
import { PROBES } from './probes.ts';

const AT_ONCE = 24;

export async function askAll(port: number): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < PROBES.length; at += AT_ONCE)
    answers.push(...(await Promise.all(PROBES.slice(at, at + AT_ONCE).map(({ send }) => exchange(port, send)))));
  return answers;
}
