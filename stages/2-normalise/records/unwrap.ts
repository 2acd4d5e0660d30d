/**
 * Log records inside the envelopes of who carried them: Splunk's export, Docker's json-file, systemd's journal export, Filebeat and Fluent. What is inside
 * is a line of text or a JSON object; what the envelope knows beside it (host, file) is handed on.
 */
import type { EcsDocument, JsonObject } from '@netsentinel/contracts/parser';
import { isObject, put, textOf } from '../text/document.ts';

export interface Enveloped {
  /** What is inside: one of the two. */
  readonly line?: string;
  readonly object?: JsonObject;
  /** The text that was inside. */
  readonly original: string;
  readonly hostName?: string | undefined;
  readonly logPath?: string | undefined;
}

/** Undefined where the object is no envelope that we know. */
export function unwrap(object: JsonObject): Enveloped | undefined {
  const { result } = object;
  if (isObject(result) && typeof result['_raw'] === 'string')
    return opened(result['_raw'], textOf(result['host']), textOf(result['source']));
  if (typeof object['log'] === 'string' && typeof object['stream'] === 'string' && object['time'] !== undefined)
    return opened(object['log'], undefined, undefined);
  return undefined;
}

/** Adds to the document what its envelope knew. */
export function addEnvelope(document: EcsDocument, envelope: Enveloped): void {
  if (envelope.hostName !== undefined && document['host'] === undefined) put(document, 'host.name', envelope.hostName);
  put(document, 'log.file.path', envelope.logPath);
}

function opened(raw: string, hostName: string | undefined, logPath: string | undefined): Enveloped {
  const original = raw.endsWith('\n') ? raw.slice(0, -1) : raw;
  const about = { original, hostName, logPath };
  if (original.startsWith('{')) {
    try {
      const value: unknown = JSON.parse(original);
      if (isObject(value)) return { ...about, object: value };
    } catch {
      // It only looks like JSON.
    }
  }
  return { ...about, line: original };
}
