/** `alert`: the rule that matched, and what its author says of it in `metadata`. */
import type { EcsDocument, EcsGroup, JsonObject } from '@netsentinel/contracts/parser';
import { isObject, numberOf, scalarOf, textOf } from '../../text/document.ts';

/** Dates in a rule's metadata: `2010_09_23`. */
const DATES = new Set(['created_at', 'updated_at']);

export function alert(given: JsonObject, document: EcsDocument, own: EcsGroup): void {
  const category = textOf(given['category']);
  document.event['severity'] = numberOf(given['severity']);
  document.event.type = [given['action'] === 'blocked' ? 'denied' : 'allowed'];
  document.event.category = ['network', 'intrusion_detection'];
  document.message = typeof given['category'] === 'string' ? given['category'] : undefined;
  document['rule'] = { id: scalarOf(given['signature_id']), name: textOf(given['signature']), category };
  const metadata = given['metadata'];
  if (!isObject(metadata)) return;
  const rest = own['alert'] as EcsGroup;
  for (const name in metadata) {
    if (name !== '__proto__') rest[name] = DATES.has(name) ? dateOf(metadata[name]) : metadata[name];
  }
  document['threat'] = threatOf(metadata);
}

function first(value: unknown): string | undefined {
  return textOf(Array.isArray(value) ? (value as unknown[])[0] : value);
}

function dateOf(value: unknown): unknown {
  const found = /^(\d{4})_(\d\d)_(\d\d)$/.exec(first(value) ?? '');
  return found === null ? value : `${found[1]}-${found[2]}-${found[3]}T00:00:00.000Z`;
}

/** Emerging Threats' rules name ATT&CK: `mitre_tactic_id`, `mitre_technique_name`. */
function threatOf(metadata: JsonObject): EcsGroup | undefined {
  const tactic = first(metadata['mitre_tactic_id']);
  const technique = first(metadata['mitre_technique_id']);
  if (tactic === undefined && technique === undefined) return undefined;
  return {
    framework: 'MITRE ATT&CK',
    tactic: tactic === undefined ? undefined : { id: [tactic], name: listOf(worded(metadata['mitre_tactic_name'])) },
    technique:
      technique === undefined ? undefined : { id: [technique], name: listOf(worded(metadata['mitre_technique_name'])) },
  };
}

/** Metadata has no blanks: `Initial_Access`. */
function worded(value: unknown): string | undefined {
  return first(value)?.replaceAll('_', ' ');
}

function listOf(value: string | undefined): string[] | undefined {
  return value === undefined ? undefined : [value];
}
