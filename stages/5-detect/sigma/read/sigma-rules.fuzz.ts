/** Rule files from strangers: whatever the text, reading says what is wrong or yields rules that an event can be compared with. */
import { nativeEvent } from '../event.ts';
import { matches } from '../reference.ts';
import { readRules } from './read-rules.ts';

const rule = `title: T
id: 5f1c0b5e-0000-4000-8000-000000000001
name: base
logsource:
  category: process_creation
  product: windows
detection:
  selection:
    Image|endswith: ['\\cmd.exe', 'p*w?rshell']
    CommandLine|windash|contains|all: [' -enc ', "a\\\\*b"]
    Port|gte: 1024
    Ip|cidr: 10.0.0.0/8
    Text|re|i: '(?i)^a(b|c)+[[:digit:]]{2,5}\\x{41}$'
    B|wide|base64offset|contains: 'http'
    Time|hour|lt: 6
    X|expand: '%admins%'
    Y|fieldref|neq: Z
  _list:
    - A: null
    - '|all': [x, y]
  keywords: [evil, 'e*l']
  condition: 1 of sel* and not (all of them or keywords) or _list
fields: [Image]
level: high
`;
const correlation = `title: C
correlation:
  type: value_count
  rules: [base]
  group-by: [User]
  timespan: 5m
  condition: {field: Image, gte: 3, lt: 9}
  aliases: {User: {base: TargetUser}}
`;
const filter = `title: F
logsource: {product: windows}
filter:
  rules: any
  s: {User|startswith: adm_}
  condition: not s
`;
const collection = `action: global
${rule}---
title: One
---
action: repeat
title: Two
---
action: reset
`;

export const seeds = [
  rule,
  correlation,
  filter,
  collection,
  `a: &a [x]\nb: [*a, *a]\n`,
  [rule, correlation, filter].join('---\n'),
].map((text) => new TextEncoder().encode(text));

const event = nativeEvent({
  Image: 'C:\\cmd.exe',
  CommandLine: ['x -enc a*b', 5, null, { deep: [true] }],
  Port: '8080',
  Ip: '10.1.2.3',
  Text: 'abb12A',
  Time: '2026-01-01T05:00:00Z',
  User: 'adm_x',
});

export function fuzz(data: Uint8Array): void {
  const text = new TextDecoder().decode(data);
  const set = readRules([{ path: 'fuzz.yml', text }], { placeholders: { admins: ['root', 'a*'] } });
  const lines = text.split('\n').length;
  for (const { line, error } of [...set.failed, ...set.inert]) {
    if (!(line >= 1 && line <= lines)) throw new Error(`line ${line} of ${lines}: ${error}`);
    if (error.length > 2000) throw new Error(`an error of ${error.length} characters`);
  }
  for (const { expression } of set.rules) if (usesNoRegex(expression)) matches(expression, event);
}

/** The reference runs regular expressions as JavaScript does: they may take for ever, in the matcher they do not. */
function usesNoRegex(expression: unknown): boolean {
  return !JSON.stringify(expression).includes('"kind":"regex"');
}
