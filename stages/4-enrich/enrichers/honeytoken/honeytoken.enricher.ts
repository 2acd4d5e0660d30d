/**
 * Says where a honeytoken of ours shows in an event, whoever saw it: `netsentinel.honeytoken`. Every word of the event's texts that could be one is looked up; no
 * pattern is tried, so that it costs the same for one honeytoken as for thousands.
 */
import type { Enricher } from '@netsentinel/contracts/enricher';
import type { Event } from '@netsentinel/contracts/event';
import { type Honeytoken, HONEYTOKEN_WORD } from '@netsentinel/contracts/honeytoken';

const WORDS = /[A-Za-z0-9_-]{12,}/g;
/** Of one text, and of all texts of an event. */
const MAX_TEXT = 16_384;
const MAX_TEXTS = 64;

export function honeytokenEnricher(honeytokens: readonly Honeytoken[]): Enricher {
  const byWord = new Map<string, Honeytoken>();
  for (const token of honeytokens)
    for (const word of token.words) if (HONEYTOKEN_WORD.test(word)) byWord.set(word, token);

  function inText(text: string): Honeytoken | undefined {
    // A whole text that is one: most are too short to be any.
    if (text.length < 12) return undefined;
    for (const [word] of text.slice(0, MAX_TEXT).matchAll(WORDS)) {
      const found = byWord.get(word.length > 128 ? word.slice(0, 128) : word);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function inEvent(event: Event): Honeytoken | undefined {
    let seen = 0;
    for (const text of textsOf(event)) {
      if (text === undefined) continue;
      if (++seen > MAX_TEXTS) return undefined;
      const found = inText(text);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  return {
    id: 'honeytoken',
    enrich: (event: Event): Event => {
      if (byWord.size === 0) return event;
      const found = inEvent(event);
      if (found === undefined) return event;
      const { id, kind, title, machine, places } = found;
      const place = `${places[0]} on ${machine}`;
      return { ...event, netsentinel: { ...event.netsentinel, honeytoken: { id, kind, title, place } } };
    },
  };
}

/** Where what somebody presented or asked for stands, the likeliest first. */
function* textsOf(event: Event): Generator<string | undefined> {
  const { netsentinel, user, url, http, process, file } = event;
  yield user?.name;
  yield netsentinel.credential?.password;
  yield url?.original;
  yield url?.path;
  yield url?.query;
  yield process?.command_line;
  yield* process?.args ?? [];
  yield netsentinel.statement;
  yield http?.request?.body?.content;
  yield file?.path;
  yield event.user_agent?.original;
  yield event.message;
  yield event.event.original;
}
