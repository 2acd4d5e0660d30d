/** Flows, web requests, files and sessions: what each of them adds to a document. */
import type { EcsDocument, JsonObject } from '@netsentinel/contracts/parser';
import { numberOf, textOf } from '../../text/document.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { urlOf } from '../../text/url.ts';
import { zoneOf } from '../../text/zone.ts';

const UTC = zoneOf('UTC')!;

/** Suricata counts from the flow's first packet: `toserver` is what its client sent. */
export function flow(given: JsonObject, document: EcsDocument, isFlow: boolean): void {
  const sent = numberOf(given['bytes_toserver']);
  const received = numberOf(given['bytes_toclient']);
  const packetsSent = numberOf(given['pkts_toserver']);
  const packetsReceived = numberOf(given['pkts_toclient']);
  const { source, destination } = document;
  if (source !== undefined) {
    source.bytes = sent;
    source.packets = packetsSent;
  }
  if (destination !== undefined) {
    destination.bytes = received;
    destination.packets = packetsReceived;
  }
  const network = document['network'] as JsonObject & { bytes?: number | undefined; packets?: number | undefined };
  network.bytes = sum(sent, received);
  network.packets = sum(packetsSent, packetsReceived);
  const startMs = msOf(given['start']);
  document.event['start'] = isoTime(startMs);
  if (!isFlow) return;
  span(document, startMs, msOf(given['end']));
  const state = given['state'];
  document.event.type =
    state === 'new' ? ['connection', 'start'] : state === 'closed' ? ['connection', 'end'] : ['connection'];
}

/** One direction of a flow. */
export function netflow(given: JsonObject, document: EcsDocument): void {
  if (document.source !== undefined) {
    document.source.bytes = numberOf(given['bytes']);
    document.source.packets = numberOf(given['pkts']);
  }
  const startMs = msOf(given['start']);
  document.event['start'] = isoTime(startMs);
  span(document, startMs, msOf(given['end']));
  document.event.type = ['connection'];
}

/** @param isRequest where the record is of the request itself, and not of something seen in it */
export function http(given: JsonObject, document: EcsDocument, isRequest: boolean): void {
  const status = numberOf(given['status']);
  const host = textOf(given['hostname']);
  const target = textOf(given['url']);
  const agent = textOf(given['http_user_agent']);
  const size = numberOf(given['length']);
  const method = textOf(given['http_method']);
  const referrer = textOf(given['http_refer']);
  if (isRequest) {
    document.event.category = ['network', 'web'];
    document.event.type = ['access', 'protocol'];
    if (status !== undefined) document.event.outcome = status < 400 ? 'success' : 'failure';
  }
  document['http'] = {
    request: method === undefined && referrer === undefined ? undefined : { method, referrer },
    response: { status_code: status, body: size === undefined ? undefined : { bytes: size } },
  };
  if (target !== undefined) document['url'] = urlOf(target, host);
  else if (host !== undefined) document['url'] = { domain: host };
  if (agent !== undefined) document['user_agent'] = { original: agent };
  if (host !== undefined && document.destination !== undefined) document.destination.domain = host;
}

export function fileinfo(given: JsonObject, document: EcsDocument): (string | undefined)[] {
  const [md5, sha1, sha256] = ['md5', 'sha1', 'sha256'].map((name) => textOf(given[name]));
  document['file'] = {
    path: textOf(given['filename']),
    size: numberOf(given['size']),
    hash: md5 === undefined && sha1 === undefined && sha256 === undefined ? undefined : { md5, sha1, sha256 },
  };
  return [md5, sha1, sha256];
}

export function msOf(value: unknown): number | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : parseIsoTime(text, UTC);
}

function span(document: EcsDocument, startMs: number | undefined, endMs: number | undefined): void {
  document.event['end'] = isoTime(endMs);
  if (startMs !== undefined && endMs !== undefined && endMs >= startMs)
    document.event['duration'] = (endMs - startMs) * 1_000_000;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
