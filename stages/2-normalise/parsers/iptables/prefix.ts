/** What the administrator's log prefix says: nothing but words to the kernel, so verdict and rule are read out of the usual ones. */

export type Verdict = 'accept' | 'drop' | 'reject' | 'return';

export interface Prefix {
  readonly verdict: Verdict | undefined;
  /** Name of the set of rules, or the whole prefix. */
  readonly rule: string | undefined;
  /** Ubiquiti's `[SET-RULE-VERDICT]`. */
  readonly ubiquiti: Ubiquiti | undefined;
}

interface Ubiquiti {
  readonly ruleSet: string;
  readonly ruleNumber: string;
  readonly inputZone: string | undefined;
  readonly outputZone: string | undefined;
}

const UBIQUITI = /^\[(\S+)-(\w+)-([ADR])\]$/;
const UBIQUITI_VERDICTS: Readonly<Record<string, Verdict>> = { A: 'accept', D: 'drop', R: 'reject' };

/** Uptime in brackets, as the kernel may print it before the prefix. */
const UPTIME = /^\[\s*\d+\.\d+\]\s*/;

/** Prefixes repeat: each is read once. */
const known = new Map<string, Prefix>();
const MAX_KNOWN = 256;
/** Twice what nftables allows. What is longer was not configured, and must not cost more than it is worth. */
const MAX_PREFIX = 256;

/** @param text between the program's tag and the first pair */
export function readPrefix(text: string): Prefix {
  const prefix = text.slice(0, MAX_PREFIX).replace(UPTIME, '').trim();
  let read = known.get(prefix);
  if (read === undefined) {
    read = prefixOf(prefix);
    if (known.size >= MAX_KNOWN) known.clear();
    if (prefix.length < 128) known.set(prefix, read);
  }
  return read;
}

function prefixOf(prefix: string): Prefix {
  const match = UBIQUITI.exec(prefix);
  if (match !== null) {
    const [, ruleSet, ruleNumber, letter] = match as unknown as [string, string, string, string];
    const zones = /^([^-]+)-([^-]+)$/.exec(ruleSet);
    return {
      verdict: UBIQUITI_VERDICTS[letter],
      rule: ruleSet,
      ubiquiti: { ruleSet, ruleNumber, inputZone: zones?.[1], outputZone: zones?.[2] },
    };
  }
  return { verdict: verdictOf(prefix), rule: ruleOf(prefix), ubiquiti: undefined };
}

function verdictOf(prefix: string): Verdict | undefined {
  if (/drop|block|den(y|ied)|discard|banned/i.test(prefix)) return 'drop';
  if (/reject/i.test(prefix)) return 'reject';
  if (/accept|allow|permit|pass(ed)?\b/i.test(prefix)) return 'accept';
  return undefined;
}

function ruleOf(prefix: string): string | undefined {
  const rule = prefix.replace(/^\[(.*)\]$/, '$1').replace(/[:\s]+$/, '');
  return rule === '' ? undefined : rule;
}
