/**
 * A Windows event as XML (`wevtutil`, Event Viewer, forwarding as text), as the object that evtx_dump makes of it. Reads the one form in which Windows writes events, not
 * XML in general: no entities but the five of XML, no namespaces, no comments.
 */
import type { JsonObject } from '@netsentinel/contracts/parser';

const MAX_XML = 256 * 1024;
const MAX_DATA = 256;

export function isEventXml(text: string): boolean {
  return text.includes('<Event ') && text.includes('<System>');
}

/** Undefined where a part is missing that every event has. */
export function eventInXml(text: string): JsonObject | undefined {
  if (text.length > MAX_XML) return undefined;
  const system = between(text, '<System>', '</System>');
  if (system === undefined) return undefined;
  const data = between(text, '<EventData>', '</EventData>') ?? between(text, '<UserData>', '</UserData>') ?? '';
  return { Event: { System: systemOf(system), EventData: dataOf(data) } };
}

function between(text: string, open: string, close: string): string | undefined {
  const from = text.indexOf(open);
  const end = from === -1 ? -1 : text.indexOf(close, from);
  return end === -1 ? undefined : text.slice(from + open.length, end);
}

const ELEMENT = /<(\w{1,64})((?:\s+\w{1,64}=(?:"[^"]*"|'[^']*'))*)\s*(?:\/>|>([^<]*)<\/\1>)/g;

function systemOf(xml: string): JsonObject {
  const system: Record<string, unknown> = {};
  for (const [, name, attributes, inner] of xml.matchAll(ELEMENT))
    system[name!] =
      inner === undefined || attributes !== '' ? withText(attributesOf(attributes!), inner) : decoded(inner);
  return system;
}

function withText(attributes: Record<string, string>, inner: string | undefined): JsonObject {
  return { '#attributes': attributes, ...(inner === undefined ? {} : { '#text': decoded(inner) }) };
}

/** `<Data Name="…">…</Data>`; data without names are a list. */
function dataOf(xml: string): JsonObject {
  const named: [string, string][] = [];
  const list: string[] = [];
  for (const [, element, attributes, inner] of xml.matchAll(ELEMENT)) {
    if (named.length + list.length >= MAX_DATA) break;
    const name = attributesOf(attributes!)['Name'];
    const value = decoded(inner ?? '');
    if (name !== undefined) named.push([name, value]);
    else if (element === 'Data') list.push(value);
    else named.push([element!, value]);
  }
  return {
    ...Object.fromEntries(named.filter(([name]) => name !== '__proto__')),
    ...(list.length === 0 ? {} : { Data: list }),
  };
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, double, single] of text.matchAll(/(\w{1,64})=(?:"([^"]*)"|'([^']*)')/g))
    if (name !== '__proto__') found[name!] = decoded(double ?? single ?? '');
  return found;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.includes('&') ? text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name]!) : text;
}
