/**
 * Web inspection: what in a request is an attack. Every place of the request is decoded layer by layer and each layer shown to the recognisers of
 * the kinds. Linear in the request, which is bounded (`request-parts.ts`); most values are plain and are done with after one look.
 */
import { KINDS } from './attack-kinds.ts';
import { codeInjection } from './code-injection.ts';
import { layersOf } from './decode/layers.ts';
import { fileAccess } from './file-access.ts';
import { htmlInjection } from './html-injection.ts';
import { knownPath } from './known-paths.ts';
import { MARK, marksOf } from './marks.ts';
import { lineInjection, protocolAttacks, sessionFixation, sessionName, uploadedProgram } from './protocol-attacks.ts';
import { PlainRequests } from './plain-requests.ts';
import { queryInjection, xmlInjection } from './query-injection.ts';
import type { Part } from './request-part.ts';
import { partsOf, type RequestParts } from './request-parts.ts';
import { scannerAgent } from './scanner-agents.ts';
import { serverSideRequest } from './server-side-request.ts';
import { commandInjection } from './shell/command-injection.ts';
import { sqlInjection } from './sql/sql-injection.ts';
import { templateInjection } from './template-injection.ts';
import type { Place, Sign, WebFinding, WebRequest } from './web-inspection.types.ts';

const MAX_FINDINGS = 32;
const MAX_EVIDENCE = 160;

/** What is wrong with a request, each kind once a place; nothing for a plain one. Never throws, whatever the request holds. */
export function inspect(request: WebRequest): readonly WebFinding[] {
  if (plain.has(request)) return NOTHING;
  const parts = partsOf(request);
  const findings = new Findings();
  for (const [sign, place] of protocolAttacks(request, parts)) findings.add(sign, place, []);
  const path = parts.path.toLowerCase();
  const known = knownPath(path, parts.rawTarget);
  if (known !== undefined) findings.add(known, { in: 'path' }, []);
  for (const part of parts.parts) inspectPart(part, parts, findings);
  if (findings.list.length === 0) plain.add(request);
  return findings.list;
}

const NOTHING: readonly never[] = [];

/** One value, out of any request: for those who have no more than that. */
export function inspectValue(text: string): readonly WebFinding[] {
  const findings = new Findings();
  inspectPart({ place: { in: 'query', name: '' }, text }, undefined, findings);
  return findings.list;
}

function inspectPart(part: Part, parts: RequestParts | undefined, findings: Findings): void {
  const { place, text } = part;
  if (place.in === 'header' && isUsualHeader(place.name ?? '', text)) return;
  if (place.in === 'header' && place.name === 'user-agent') {
    const scanner = scannerAgent(text);
    if (scanner !== undefined) findings.add(scanner, place, []);
  }
  if (place.inName === true && parts !== undefined) fixation(text, place, parts, findings);
  if (isPlain(text, place.in === 'path')) return;
  const recognisers = recognisersFor(part);
  for (const { text: layer, encodings } of layersOf(text)) {
    const marks = marksOf(layer);
    for (const { needs, recognise } of recognisers) {
      if (needs !== undefined && (marks & needs) === 0) continue;
      const sign = recognise(layer, part, marks);
      if (sign !== undefined) findings.add(sign, place, encodings);
    }
  }
}

const plain = new PlainRequests(isUsualHeader);

/** True of headers that say what they always say; by far the most of them, so this comes before all else. */
function isUsualHeader(name: string, text: string): boolean {
  if (FORMAL_HEADERS.has(name)) return !/[${%<\r\n]/.test(text);
  if (name === 'user-agent') return isCommonAgent(text);
  return (
    name === 'referer' && /^https?:\/\/[\w.:-]{1,253}(?:\/[\w-]{1,64}){0,16}\/?(?:[\w-]{1,64}\.\w{1,8})?$/.test(text)
  );
}

const MAX_AGENTS = 1024;
const commonAgents = new Set<string>();

function isCommonAgent(text: string): boolean {
  if (commonAgents.has(text)) return true;
  if (!COMMON_AGENT.test(text) || SYSTEM_PATH.test(text) || scannerAgent(text) !== undefined) return false;
  if (commonAgents.size < MAX_AGENTS && text.length < 512) commonAgents.add(text);
  return true;
}

const SYSTEM_PATH = /\/(?:etc|bin|sbin|proc|dev|var|usr|tmp|root)\b|\.\./i;

/** How browsers and honest tools name themselves: letters, versions, and one parenthesis of platform words. */
const COMMON_AGENT =
  /^[\w./ +-]{1,64}(?:\((?:compatible; )?[\w./;:, +-]{1,160}\)[\w./ ,()-]{0,160}(?:\+https?:\/\/[\w./-]{1,80}\)?)?)?$/;

export interface Recogniser {
  /** Bits of `MARK`, of which one must stand in a text for the recogniser to say anything; whatever the text where it is not given. */
  readonly needs?: number;
  readonly recognise: (text: string, part: Part, marks: number) => Sign | undefined;
}

/** For every text. */
const ALWAYS: readonly Recogniser[] = [
  { needs: MARK.breaks | MARK.colon | MARK.equals, recognise: (text, { place }) => lineInjection(text, place) },
  {
    needs: MARK.dollar | MARK.colon | MARK.brace | MARK.less | MARK.hash | MARK.at | MARK.underscore,
    recognise: (text) => templateInjection(text),
  },
];
const XML: Recogniser = { needs: MARK.less | MARK.equals, recognise: (text) => xmlInjection(text) };
const CODE: Recogniser = { recognise: (text) => codeInjection(text) };
const HTML: Recogniser = { recognise: (text) => htmlInjection(text) };
/** For markup as a whole; its texts and attributes are parts of their own. */
const MARKUP: readonly Recogniser[] = [...ALWAYS, XML, CODE];
/** For a query that splitting at `&` and `=` tears apart. */
const WHOLE: readonly Recogniser[] = [HTML, XML];
export const FREE: readonly Recogniser[] = [
  ...ALWAYS,
  {
    needs: MARK.slash | MARK.backslash | MARK.dot | MARK.underscore | MARK.colon | MARK.brace,
    recognise: (text, { place }) => fileAccess(text, place.in === 'path'),
  },
  { recognise: (text) => sqlInjection(text) },
  HTML,
  {
    recognise: (text, { place }, marks) => commandInjection(text, place.in !== 'path' && place.in !== 'header', marks),
  },
  CODE,
  {
    needs: MARK.slash | MARK.colon | MARK.dot,
    recognise: (text, { place }) =>
      place.in === 'header' && OWN_URL.has(place.name ?? '') ? undefined : serverSideRequest(text),
  },
  { recognise: (text, { place }) => queryInjection(text, place) },
  XML,
  { needs: MARK.equals, recognise: (text) => sessionFixation(text) },
  { needs: MARK.dot, recognise: (text, { place }) => uploadedProgram(text, place) },
];
/** Headers with a grammar of their own, full of `;q=0.9` and wildcards. */
const FORMAL_HEADERS = new Set([
  'accept',
  'accept-charset',
  'accept-language',
  'authorization',
  'content-disposition',
  'etag',
  'if-match',
  'if-none-match',
  'sec-websocket-extensions',
  'traceparent',
]);
const OWN_URL = new Set(['referer', 'origin', 'user-agent', 'from', 'via']);

function recognisersFor({ place, markup, whole }: Part): readonly Recogniser[] {
  if (markup === true) return MARKUP;
  if (whole === true) return WHOLE;
  return place.in === 'header' && FORMAL_HEADERS.has(place.name ?? '') ? ALWAYS : FREE;
}

/**
 * True where no recogniser can say anything: letters, digits and the harmless signs alone, no climbing, too short for hidden text. One pass.
 */
function isPlain(text: string, isPath: boolean): boolean {
  if (text.length >= 12 && maybeBase64(isPath ? text.slice(1) : text)) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (PLAIN[code] !== 1 && !(isPath && code === 0x2f)) {
      // A dot before a digit is part of a number or version, before a letter it may begin a file's ending; two climb.
      const next = text.charCodeAt(i + 1);
      if (code === 0x2e && next !== 0x2e && (isPath || next < 0x40)) continue;
      return false;
    }
    // Two dashes begin a comment of SQL.
    if (code === 0x2d && !isPath && text.charCodeAt(i + 1) === 0x2d) return false;
  }
  return isPath ? !text.includes('set-cookie') : !TELLING_START.test(text);
}

/** Words that say something though they are plain: serialised Java, procedures of SQL Server, joins of object mappers. */
const TELLING_START = /^(?:rO0A|KztA|Cs7Q|xp_|sp_)|__|(?:java|runtime|process|org|com|sun|document|window)\.[a-z]/i;

/** Letters of both cases and a length that base64 has; the decoder itself looks closer. */
function maybeBase64(text: string): boolean {
  return text.length % 4 !== 1 && /[A-Z]/.test(text) && /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) && /[a-z0-9]/.test(text);
}

const PLAIN = new Uint8Array(65_536);
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_') PLAIN[char.charCodeAt(0)] = 1;

function fixation(text: string, place: Place, { headers }: RequestParts, findings: Findings): void {
  const sign = sessionName(text);
  if (sign === undefined) return;
  const referer = /^https?:\/\/([^/:?#]+)/i.exec(headers.get('referer')?.[0] ?? '')?.[1];
  const host = headers.get('host')?.[0]?.replace(/:\d+$/, '');
  if (referer !== undefined && host !== undefined && referer !== host) findings.add(sign, place, []);
}

class Findings {
  readonly list: WebFinding[] = [];

  add(sign: Sign, place: Place, encodings: readonly string[]): void {
    if (this.list.length >= MAX_FINDINGS) return;
    const same = (one: WebFinding): boolean =>
      one.kind === sign.kind &&
      one.place.in === place.in &&
      one.place.name === place.name &&
      one.place.inName === place.inName;
    if (this.list.some(same)) return;
    const { technique, severity, confidence } = KINDS[sign.kind];
    this.list.push({
      kind: sign.kind,
      technique,
      severity,
      confidence: sign.confidence ?? confidence,
      place,
      evidence: sign.evidence.slice(0, MAX_EVIDENCE),
      encodings,
    });
  }
}
