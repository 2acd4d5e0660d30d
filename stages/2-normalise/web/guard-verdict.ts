/** What an application firewall inside a web server writes to its error log: ModSecurity (and Coraza, in the same form), and NAXSI for nginx. */
import type { EcsGroup } from '@netsentinel/contracts/parser';

export interface GuardVerdict {
  readonly rule: EcsGroup;
  /** 1 is the worst, 4 informational. */
  readonly severity: number;
  readonly isDenied: boolean;
  readonly uri: string | undefined;
}

const MAX_MESSAGE = 16_384;
const MODSECURITY =
  /^(?:\[client [^\]]{1,64}\] )?(?:ModSecurity|Coraza): (?!.{0,64}(?:initialized|compatibility|status engine|StatusEngine|loaded|configured))/i;
/** syslog's levels, by name and by number. */
const LEVELS = ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'];

/** Undefined where no guard speaks. */
export function guardVerdict(given: string): GuardVerdict | undefined {
  const message = given.length > MAX_MESSAGE ? given.slice(0, MAX_MESSAGE) : given;
  if (message.startsWith('NAXSI_FMT: ')) return naxsi(message);
  if (!MODSECURITY.test(message)) return undefined;
  const id = tagged(message, 'id');
  const name = tagged(message, 'msg') ?? tagged(message, 'data');
  if (id === undefined && name === undefined) return undefined;
  return {
    rule: { id, name, ruleset: tagged(message, 'ver') },
    severity: severityOf(tagged(message, 'severity')),
    isDenied: /: Access denied /.test(message.slice(0, 256)),
    uri: tagged(message, 'uri'),
  };
}

/** `[msg "…"]`; the last one, since what a client sent stands before the guard's own words in some of them. */
function tagged(message: string, name: string): string | undefined {
  const at = message.lastIndexOf(`[${name} "`);
  if (at === -1) return undefined;
  const from = at + name.length + 3;
  const end = message.indexOf('"]', from);
  return end <= from ? undefined : message.slice(from, end);
}

function severityOf(text: string | undefined): number {
  if (text === undefined) return 2;
  const level = /^\d$/.test(text) ? Number(text) : LEVELS.indexOf(text.toUpperCase());
  return level <= 2 ? 1 : level === 3 ? 2 : level === 4 ? 3 : 4;
}

/** `NAXSI_FMT: ip=…&server=…&uri=/…&…&block=1&…&cscore0=$SQL&score0=8&zone0=ARGS&id0=1000`. */
function naxsi(message: string): GuardVerdict {
  const fields = new URLSearchParams(message.slice('NAXSI_FMT: '.length).split(', client: ', 1)[0]);
  return {
    rule: { id: fields.get('id0') ?? undefined, name: `NAXSI ${fields.get('cscore0') ?? ''}`.trim() },
    severity: 2,
    isDenied: fields.get('block') === '1',
    uri: fields.get('uri') ?? undefined,
  };
}
