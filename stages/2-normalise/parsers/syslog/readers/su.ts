/** su, of util-linux, shadow and BSD: who became whom. */
import { login, failedLogin, type Reading } from '../reading.ts';

const FORMS: readonly { readonly pattern: RegExp; readonly failed: boolean }[] = [
  { pattern: /^FAILED SU \(to (?<to>[^)]+)\) (?<by>\S+) on /, failed: true },
  { pattern: /^FAILED su for (?<to>\S+) by (?<by>\S+)$/, failed: true },
  { pattern: /^BAD SU (?<by>\S+) to (?<to>\S+)/, failed: true },
  { pattern: /^\(to (?<to>[^)]+)\) (?<by>\S+) on /, failed: false },
  { pattern: /^Successful su for (?<to>\S+) by (?<by>\S+)$/, failed: false },
  { pattern: /^- \S+ (?<by>[^:\s]+):(?<to>\S+)$/, failed: true },
  { pattern: /^\+ \S+ (?<by>[^:\s]+):(?<to>\S+)$/, failed: false },
];

export function su(message: string): Reading | undefined {
  for (const { pattern, failed } of FORMS) {
    const groups = pattern.exec(message)?.groups;
    if (groups === undefined) continue;
    const reading = failed ? failedLogin(undefined, groups['by'], 'su') : login(undefined, groups['by'], 'su');
    return { ...reading, user: { name: groups['by'], effective: { name: groups['to']! } } };
  }
  return undefined;
}
