/** What an envelope says beside time, host and program, as `log.syslog.*`. */
import type { EcsGroup } from '@netsentinel/contracts/parser';
import type { Envelope } from './envelope.ts';
import { FACILITIES, SEVERITIES } from './priorities.ts';

/** `log.syslog.*`, where the line says any of it. */
export function logOf({ priority, version, messageId, structuredData }: Readonly<Envelope>): EcsGroup | undefined {
  if (priority === undefined && version === undefined) return undefined;
  const facility = priority === undefined ? undefined : priority >> 3;
  const severity = priority === undefined ? undefined : priority & 7;
  return {
    syslog: {
      priority,
      version: version === undefined ? undefined : String(version),
      facility: facility === undefined ? undefined : { code: facility, name: FACILITIES[facility] },
      severity: severity === undefined ? undefined : { code: severity, name: SEVERITIES[severity] },
      msgid: messageId,
      structured_data: structuredData === undefined ? undefined : structured(structuredData),
    },
  };
}

const MAX_ELEMENTS = 32;

/** `[id name="value" …][…]` as objects below the element's id. */
function structured(text: string): EcsGroup {
  const elements: EcsGroup = {};
  let count = 0;
  for (const [, id, parameters] of text.matchAll(/\[([^\s="\]]+)((?: [^\s="\]]+="(?:[^"\\]|\\.)*")*)\]/g)) {
    if (++count > MAX_ELEMENTS) break;
    const values: [string, string][] = [];
    for (const [, name, value] of parameters!.matchAll(/ ([^\s="\]]+)="((?:[^"\\]|\\.)*)"/g))
      values.push([name!, value!.replace(/\\(["\\\]])/g, '$1')]);
    if (id !== '__proto__') elements[id!] = Object.fromEntries(values);
  }
  return elements;
}
