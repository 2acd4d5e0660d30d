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

/** What a new rule can begin with. */
export const TEMPLATES = ['signIn', 'command', 'request', 'oftenFrom'] as const;
export type Template = (typeof TEMPLATES)[number];

/** @param titles of the rule, and of what a correlation counts; of one line, without what YAML would read otherwise */
export function ruleTemplate(
  template: Template,
  titles: readonly [rule: string, counted: string],
  now: number,
): string {
  const [title, counted] = titles;
  const head = (of: string): readonly string[] => [
    `title: ${of}`,
    `id: ${newUuid()}`,
    'status: experimental',
    'taxonomy: ecs',
    `date: ${dateOf(now)}`,
  ];
  const tags = (tactic: string, technique: string): readonly string[] => [
    'tags:',
    `    - attack.${tactic}`,
    `    - attack.${technique}`,
  ];
  const detection = (level: string, ...selection: readonly string[]): readonly string[] => [
    'logsource: {}',
    'detection:',
    '    selection:',
    ...selection.map((line) => `        ${line}`),
    '    condition: selection',
    `level: ${level}`,
  ];
  const lines: Readonly<Record<Template, () => readonly string[]>> = {
    signIn: () => [
      ...head(title),
      ...tags('credential-access', 't1110'),
      ...detection('medium', 'event.category: authentication', 'user.name: root'),
    ],
    command: () => [
      ...head(title),
      ...tags('execution', 't1059.004'),
      ...detection('high', 'process.command_line|contains:', "    - '/dev/tcp/'", "    - 'base64 -d'"),
    ],
    request: () => [
      ...head(title),
      ...tags('initial-access', 't1190'),
      ...detection('medium', 'url.original|contains:', "    - '/.env'", "    - '/.git/config'"),
    ],
    oftenFrom: () => [
      ...head(title),
      ...tags('credential-access', 't1110'),
      'correlation:',
      '    type: event_count',
      '    rules:',
      '        - refused_here',
      '    group-by:',
      '        - source.ip',
      '    timespan: 10m',
      '    condition:',
      '        gte: 20',
      'level: medium',
      '---',
      ...head(counted),
      'name: refused_here',
      ...detection('informational', 'event.category: authentication', 'event.outcome: failure'),
    ],
  };
  return [...lines[template](), ''].join('\n');
}

/** One's own copy of a rule, to be changed: with an id of its own, and told whence it is. @param text of the rule alone */
export function copyOf(text: string, id: string): string {
  const lines = text.trim().split('\n');
  const at = lines.findIndex((line) => line.startsWith('id:'));
  const hasRelated = lines.some((line) => line.startsWith('related:'));
  const said = [`id: ${newUuid()}`, ...(hasRelated ? [] : ['related:', `    - id: ${id}`, '      type: derived'])];
  // A name is for correlations, and taken.
  const others = (some: readonly string[]): readonly string[] => some.filter((line) => !line.startsWith('name:'));
  return [...others(lines.slice(0, Math.max(0, at))), ...said, ...others(lines.slice(at + 1)), ''].join('\n');
}

function dateOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
