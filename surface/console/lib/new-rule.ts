/** The text that a new rule begins with. */
import { parseHunt } from './hunt/parse.ts';
import { sigmaOf } from './hunt/sigma.ts';

const MAX_TITLE = 100;

/** A UUID of version 4: `crypto.randomUUID` is there over TLS and on this machine only. */
export function newUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (n) => n.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Of a question of Hunt; undefined where the question is none. @param titleOf a rule's title, from the question's text of one line */
export function ruleOfHunt(question: string, titleOf: (question: string) => string, now: number): string | undefined {
  const parsed = parseHunt(question);
  if (!parsed.ok) return undefined;
  const title = titleOf(question.replace(/\s+/g, ' ').trim()).slice(0, MAX_TITLE).toWellFormed();
  return sigmaOf(parsed.query, { id: newUuid(), title, date: dateOf(now) });
}

/** One that finds sign-ins at decoys as `root`: to be written over. */
export function ruleTemplate(title: string, now: number): string {
  return [
    `title: ${title}`,
    `id: ${newUuid()}`,
    'status: experimental',
    'taxonomy: ecs',
    `date: ${dateOf(now)}`,
    'tags:',
    '    - attack.credential-access',
    '    - attack.t1110',
    'logsource: {}',
    'detection:',
    '    selection:',
    '        event.category: authentication',
    '        user.name: root',
    '    condition: selection',
    'level: medium',
    '',
  ].join('\n');
}

function dateOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
