/** What a row of the stream says, in words; texts of attackers stay as they are. */
import type { Severity } from '@netsentinel/contracts/detection';
import { protocolName } from '@netsentinel/contracts/protocol-words';
import { wordsIn } from '@netsentinel/contracts/incident-words';
import * as text from '../text/index.ts';
import { duration } from './format.ts';
import type { Row } from './live-stream.ts';
import { sayAction } from './say-action.ts';

const words = text.live;

export interface Said {
  readonly what: string;
  /** An address, a network, or nothing. */
  readonly who: string;
  readonly severity?: Severity;
  /** The incident that it belongs to. */
  readonly incident?: string;
}

export function said(row: Row): Said {
  switch (row.kind) {
    case 'session': {
      const { what, decoy, type, address } = row.body;
      return { what: words[what](protocolName(type), decoy), who: address ?? '' };
    }
    case 'incident': {
      const { id, title, addresses, actor, severity } = row.body;
      return { what: title, who: addresses[0] ?? actor, severity, incident: id };
    }
    case 'anomaly': {
      const { summary, actor, severity } = row.body;
      return { what: summary, who: actor, severity };
    }
    case 'action': {
      const { target, incident } = row.body;
      return { what: sayAction(row.body), who: target, ...(incident === '' ? {} : { incident }) };
    }
    case 'event': {
      const { action = '', user = '', address = '' } = row.body;
      return { what: words.event(action, user), who: address };
    }
    case 'gap': {
      const { why, count, rooms } = row.body;
      return { what: why === 'cut' ? words.gap.cut(duration(count)) : words.gap[why](count, rooms), who: '' };
    }
    default:
      return row satisfies never;
  }
}

const searched = new WeakMap<object, string>();

/** What a filter looks through: what is shown of it, and the words that people know it by. */
function searchText(row: Row): string {
  const known = searched.get(row);
  if (known !== undefined) return known;
  const { what, who, severity = '' } = said(row);
  const more = moreOf(row);
  const all = [what, who, severity, ...more].join(' ').toLowerCase();
  searched.set(row, all);
  return all;
}

function moreOf(row: Row): readonly string[] {
  switch (row.kind) {
    case 'session':
      return [row.body.id, row.body.type];
    case 'incident':
      return [row.body.id, row.body.status, ...row.body.addresses, ...row.body.techniques, ...row.body.tactics];
    case 'anomaly':
      return [row.body.rule.id, row.body.rule.title, ...row.body.techniques];
    case 'action':
      return [row.body.reason, row.body.status, row.body.responder];
    case 'event':
      return [row.body.sensor, row.body.decoy ?? '', row.body.country ?? '', row.body.outcome ?? ''];
    case 'gap':
      return [];
    default:
      return row satisfies never;
  }
}

/** Those of the kinds that are not switched off, in which all words stand. What tells of the stream itself stays. */
export function fitting(rows: readonly Row[], off: ReadonlySet<string>, filter: string): readonly Row[] {
  const all = wordsIn(filter);
  if (off.size === 0 && all.length === 0) return rows;
  return rows.filter(
    (row) => row.kind === 'gap' || (!off.has(row.kind) && all.every((word) => searchText(row).includes(word))),
  );
}
