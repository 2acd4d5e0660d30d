/** A web request that a line of an application's log tells of: `172.17.0.2 POST /api/login … returned 401`, `| 401 | … | 10.1.2.3 | POST "/client"`. */
import type { EcsGroup } from '@netsentinel/contracts/parser';
import { outcomeOf } from '../web/access-record.ts';
import { urlOf } from '../text/url.ts';

export interface RequestInLine {
  readonly method: string | undefined;
  readonly target: string;
  readonly status: number | undefined;
}

const METHOD = 'GET|POST|PUT|HEAD|DELETE|PATCH|OPTIONS|PROPFIND|CONNECT|TRACE';
const ASKED = new RegExp(
  String.raw`(?:^|[\s"'|>\]:=])(${METHOD})[\s"|:]{1,12}(https?://[^\s"]{1,2048}|/[^\s"]{0,2048})`,
);
/** `/api/login: 403 198.51.100.7`. */
const PATH_ALONE = /(?:^|\s)(\/[\w./-]{1,512}): ([1-5]\d\d)(?=\s|$)/;
const STATUS_AFTER = /^"?(?: HTTP\/\d(?:\.\d)?"?)?[\s:|"\->()]{1,12}([1-5]\d\d)(?=[\s"|,)]|$)/;
const STATUS_NAMED =
  /(?:\bstatus(?:[ _-]?code)?|\bhttpStatus|\breturned|\bresponse[ _-]?code|\bHTTP)["']?[\s:=]{1,3}([1-5]\d\d)\b/i;
const STATUS_IN_COLUMN = /(?:^|[|\]])\s*([1-5]\d\d)\s*\|/;

/** Undefined where no request is told with its answer. */
export function requestIn(text: string): RequestInLine | undefined {
  const asked = ASKED.exec(text);
  if (asked === null) {
    const alone = PATH_ALONE.exec(text);
    return alone === null ? undefined : { method: undefined, target: alone[1]!, status: Number(alone[2]) };
  }
  const after = text.slice(asked.index + asked[0].length);
  const status =
    STATUS_AFTER.exec(after.slice(0, 64)) ??
    STATUS_NAMED.exec(after) ??
    STATUS_IN_COLUMN.exec(text) ??
    STATUS_NAMED.exec(text);
  if (status === null) return undefined;
  return { method: asked[1], target: asked[2]!, status: Number(status[1]) };
}

/** `event`, `http` and `url` of a request. */
export function requestFields({ method, target, status }: RequestInLine): {
  category: readonly string[];
  type: readonly string[];
  outcome: 'success' | 'failure' | undefined;
  http: EcsGroup;
  url: EcsGroup;
} {
  return {
    category: ['web'],
    type: ['access'],
    outcome: outcomeOf(status),
    http: { request: { method }, response: { status_code: status } },
    url: urlOf(target) as unknown as EcsGroup,
  };
}
