/**
 * What users take out of rules without touching them: rules that are off, and events that a rule must leave alone. Each says why, and may end by
 * itself. Kept in `rules/exceptions.json` of the data folder; an exception becomes a Sigma filter, so that it means what a rule's author would mean. What an incident
 * taught that was no attack is an exception as well (`platform/not-an-attack.ts`), and lies with the incidents; so does what people say by the API, since the
 * platform may not write here (ADR 0032).
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Exception, ExceptionReason } from '@netsentinel/contracts/exception';
import { isExceptionInForce } from '@netsentinel/contracts/exception-time';
import type { RuleWord } from '@netsentinel/contracts/rule-book';
import { z } from 'zod';
import { NetSentinelError } from '@netsentinel/kernel/errors';

const until = z.iso.datetime().optional().describe('When it ends by itself; without it, it stays.');
const ruleId = z.string().min(1).max(200);

const Disabled = z.strictObject({
  rule: ruleId,
  reason: ExceptionReason,
  until,
  by: z.string().max(200),
  at: z.iso.datetime(),
});
/** Files of before exceptions could be of several rules name the one as `rule`. */
const Written = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null || !('rule' in value)) return value;
  const { rule, ...rest } = value;
  return { rules: [rule], ...rest };
}, Exception);
const Exceptions = z.strictObject({
  disabled: z.array(Disabled).max(20_000),
  exceptions: z.array(Written).max(20_000),
});
export type Disabled = z.infer<typeof Disabled>;
export type Exceptions = z.infer<typeof Exceptions>;

/** @throws NetSentinelError RULES_EXCEPTIONS_INVALID when somebody edited the file and it is no longer what it must be */
export async function readExceptions(path: string): Promise<Exceptions> {
  if (!existsSync(path)) return { disabled: [], exceptions: [] };
  const text = await readFile(path, 'utf8');
  try {
    return Exceptions.parse(JSON.parse(text));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const what = issue === undefined ? 'it is no JSON' : `${issue.path.join('.')}: ${issue.message}`;
    throw new NetSentinelError('RULES_EXCEPTIONS_INVALID', 'user', `${path} cannot be used: ${what}`, {
      cause,
      hint: 'Correct it, or move it away and make the exceptions again.',
    });
  }
}

/** Whole or not at all. */
export async function writeExceptions(path: string, exceptions: Exceptions): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  const temporary = `${path}.tmp`;
  await writeFile(temporary, `${JSON.stringify(Exceptions.parse(exceptions), null, 2)}\n`, { mode: 0o640 });
  await rename(temporary, path);
}

/** What counts at this time. `changesAt`: when the next one ends, in epoch milliseconds. */
export function inForce(all: Exceptions, now: number): Exceptions & { readonly changesAt: number | undefined } {
  const counts = (one: { until?: string | undefined }): boolean => isExceptionInForce(one, now);
  const ends = [...all.disabled, ...all.exceptions].flatMap((one) =>
    one.until !== undefined && counts(one) ? Date.parse(one.until) : [],
  );
  return {
    disabled: all.disabled.filter(counts),
    exceptions: all.exceptions.filter(counts),
    changesAt: ends.length === 0 ? undefined : Math.min(...ends),
  };
}

/** What is off by the newest word on each rule: the file's, or one that was said by the API. Of words of the same time the latter counts. */
export function offByNewestWord(written: readonly Disabled[], words: readonly RuleWord[]): Disabled[] {
  const newest = new Map<string, RuleWord>();
  for (const word of [...written.map((one) => ({ ...one, enabled: false })), ...words]) {
    const known = newest.get(word.rule);
    if (known === undefined || Date.parse(known.at) <= Date.parse(word.at)) newest.set(word.rule, word);
  }
  return [...newest.values()].flatMap(({ enabled, ...word }) => (enabled ? [] : [word]));
}

/** The exception as a Sigma filter document (JSON is YAML): the rule matches where this does not. */
export function filterText({ id, rules, where, reason: why }: Exception): string {
  return JSON.stringify({
    title: `Exception: ${why}`.slice(0, 256),
    id,
    logsource: {},
    filter: { rules, exception: where, condition: 'not exception' },
  });
}

export function newException(fields: Omit<Exception, 'id'>): Exception {
  return Exception.parse({ id: randomUUID(), ...fields });
}

/** `field|modifier=value` as a person types it; several values with the field named again. */
export function parseWhere(texts: readonly string[]): Record<string, string[]> {
  const where: Record<string, string[]> = {};
  for (const text of texts) {
    const equals = text.indexOf('=');
    const field = text.slice(0, equals).trim();
    if (equals < 1 || field === '' || field === '__proto__')
      throw new NetSentinelError('RULES_WHERE_INVALID', 'user', `\`${text}\` is no FIELD=VALUE`, {
        hint: 'For example --where "source.ip|cidr=192.0.2.0/24" --where "user.name=backup".',
      });
    (where[field] ??= []).push(text.slice(equals + 1));
  }
  return where;
}
