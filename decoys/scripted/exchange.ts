/** A scripted exchange made ready to run: patterns and templates compiled, everything that can be wrong found before anybody connects. */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Exchange, Outcome, Rule, Take } from './exchange.schema.ts';
import { compileExpectation, type Matcher } from './expectation.ts';
import { compileTemplate, type Template } from './template.ts';

export interface ReadyOutcome {
  readonly reply: Template | undefined;
  readonly delayMs: readonly [number, number];
  readonly next: string | undefined;
  readonly close: 'fin' | 'reset' | undefined;
}

export interface ReadyRule {
  readonly match: Matcher;
  readonly capture: readonly string[];
  readonly decode: Rule['decode'];
  readonly outcome: ReadyOutcome;
  readonly login:
    | {
        readonly user: Template;
        readonly password: Template | undefined;
        readonly response: Template | undefined;
        readonly method: string;
        readonly accepted: ReadyOutcome;
        readonly refused: ReadyOutcome;
      }
    | undefined;
  readonly command: Template | undefined;
  readonly download: Template | undefined;
  readonly tell: string | undefined;
  readonly techniques: readonly string[];
}

export interface ReadyExchange {
  readonly exchange: Exchange;
  readonly banner: Template;
  readonly states: ReadonlyMap<string, { readonly take: Take; readonly rules: readonly ReadyRule[] }>;
}

/** @throws NetSentinelError `SCRIPT_INVALID` for patterns that cannot be read and templates that name what is not there */
export function prepareExchange(exchange: Exchange): ReadyExchange {
  const captures = new Set(
    Object.values(exchange.states).flatMap(({ rules }) => rules.flatMap(({ capture }) => capture)),
  );
  // What `decode: plain` makes of one capture.
  captures.add('user').add('password').add('message');
  const template = (text: string, where: string): Template => {
    const compiled = compileTemplate(text, captures);
    if ('template' in compiled) return compiled.template;
    throw invalid(`${where}: nothing is called "${compiled.unknown}"`);
  };
  const optional = (text: string | undefined, where: string): Template | undefined =>
    text === undefined ? undefined : template(text, where);
  const outcome = (of: Outcome | undefined, where: string): ReadyOutcome => ({
    reply: of?.reply_hex === undefined ? optional(of?.reply, where) : fixed(of.reply_hex),
    delayMs: typeof of?.delay_ms === 'number' ? [of.delay_ms, of.delay_ms] : (of?.delay_ms ?? [0, 0]),
    next: of?.next,
    close: of?.close,
  });
  const rule = (of: Rule, where: string): ReadyRule => {
    const compiled = compileExpectation(of.expect);
    if ('problem' in compiled) throw invalid(`${where}: ${compiled.problem}`);
    return {
      match: compiled.match,
      capture: of.capture,
      decode: of.decode,
      outcome: outcome(of, where),
      login:
        of.login === undefined
          ? undefined
          : {
              user: template(of.login.user, where),
              password: optional(of.login.password, where),
              response: optional(of.login.response, where),
              method: of.login.method,
              accepted: outcome(of.accepted, where),
              refused: outcome(of.refused, where),
            },
      command: optional(of.command, where),
      download: optional(of.download, where),
      tell: of.tell,
      techniques: of.techniques,
    };
  };
  return {
    exchange,
    banner: exchange.banner_hex === undefined ? template(exchange.banner, 'banner') : fixed(exchange.banner_hex),
    states: new Map(
      Object.entries(exchange.states).map(([name, state]) => [
        name,
        {
          take: state.take ?? exchange.take,
          rules: state.rules.map((one, i) => rule(one, `state ${name}, rule ${i + 1}`)),
        },
      ]),
    ),
  };
}

function fixed(hex: string): Template {
  const text = Buffer.from(hex.replaceAll(/\s/g, ''), 'hex').toString('latin1');
  return () => text;
}

function invalid(message: string): NetSentinelError {
  return new NetSentinelError('SCRIPT_INVALID', 'user', message, { hint: 'See decoys/scripted/README.md.' });
}

/** Text as it goes over the wire: latin1, or UTF-8 where that is not enough. */
export function wireBytes(text: string): Buffer {
  // eslint-disable-next-line no-control-regex
  return Buffer.from(text, /^[\0-\xff]*$/.test(text) ? 'latin1' : 'utf8');
}
