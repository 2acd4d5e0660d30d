/** `dns` in its three forms: a record each (version 1), an answer with all of its records (version 2), and both sides in lists (version 3). */
import type { EcsDocument, EcsGroup, JsonObject } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { isObject, numberOf, scalarOf, textOf } from '../../text/document.ts';
import { domainParts } from '../../text/registered-domain.ts';

const MAX_RECORDS = 100;
const FLAGS = ['aa', 'tc', 'rd', 'ra', 'ad', 'cd'] as const;

/** @returns addresses that a name was resolved to */
export function dns(given: JsonObject, document: EcsDocument): string[] {
  const queries = objectsOf(given['queries']);
  const question = queries[0] ?? (isObject(given['query']) ? given['query'] : given);
  const name = textOf(question['rrname']);
  const type = textOf(given['type']);
  const single = given['rdata'] === undefined ? [] : [given];
  const answers = (given['answers'] === undefined ? single : objectsOf(given['answers'])).map(answerOf);
  const resolved = answers
    .map(({ data }) => (typeof data === 'string' ? canonicalAddress(data) : undefined))
    .filter((address) => address !== undefined);
  const flags = FLAGS.filter((flag) => given[flag] === true).map((flag) => flag.toUpperCase());
  document['dns'] = {
    id: scalarOf(given['id']),
    type: type === 'request' ? 'query' : type === 'response' ? 'answer' : type,
    question: name === undefined ? undefined : { ...domainParts(name), type: textOf(question['rrtype']) },
    answers: answers.length === 0 ? undefined : answers,
    resolved_ip: resolved.length === 0 ? undefined : resolved,
    response_code: textOf(given['rcode']),
    header_flags: flags.length === 0 ? undefined : flags,
  };
  return resolved;
}

function answerOf(record: JsonObject): EcsGroup {
  return {
    name: textOf(record['rrname']),
    type: textOf(record['rrtype']),
    ttl: numberOf(record['ttl']),
    data: scalarOf(record['rdata']),
  };
}

function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value as unknown[]).slice(0, MAX_RECORDS).filter(isObject) : [];
}
