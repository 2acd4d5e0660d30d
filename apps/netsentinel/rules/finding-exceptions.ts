/**
 * Exceptions over what was found in an event, whoever found it: rules are kept from matching by filters already, but detectors and correlations know of no filters.
 * What an exception's fields mean is Sigma's to say here as well.
 */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { Exception } from '@netsentinel/contracts/exception';
import { nativeEvent } from '@netsentinel/sigma/event';
import { logsourceOf } from '@netsentinel/sigma/event-logsource';
import { compileRules, type Matcher } from '@netsentinel/sigma/match/matcher';
import { readRules } from '@netsentinel/sigma/read/read-rules';

export interface Left {
  readonly detections: readonly Detection[];
  /** Whether a person said of this attacker's doings that they are no attack. */
  readonly isExcepted: boolean;
}

export class FindingExceptions {
  #exceptions = new Map<string, { readonly rules: ReadonlySet<string>; readonly isTaught: boolean }>();
  #matcher: Matcher = compileRules([]);

  /** These instead of those before, from the next event on. */
  use(exceptions: readonly Exception[]): void {
    this.#exceptions = new Map(
      exceptions.map(({ id, rules, incident }) => [id, { rules: new Set(rules), isTaught: incident !== undefined }]),
    );
    this.#matcher = compileRules(readRules(exceptions.map(exceptionAsRule)).rules);
  }

  /** What is left of what was found. */
  leave(event: Event, detections: readonly Detection[]): Left {
    if (this.#exceptions.size === 0) return { detections, isExcepted: false };
    const record = nativeEvent(event);
    const off = new Set<string>();
    let isExcepted = false;
    this.#matcher.match(record, logsourceOf(record), ({ id }) => {
      const exception = this.#exceptions.get(id);
      if (exception === undefined) return;
      for (const rule of exception.rules) off.add(rule);
      isExcepted ||= exception.isTaught;
    });
    return { detections: off.size === 0 ? detections : detections.filter(({ rule }) => !off.has(rule.id)), isExcepted };
  }
}

/** A rule that matches the events that it leaves alone. */
export function exceptionAsRule({ id, where }: Exception): { path: string; text: string } {
  const text = JSON.stringify({
    title: 'Exception',
    id,
    logsource: {},
    detection: { events: where, condition: 'events' },
  });
  return { path: `exception#${id}`, text };
}
