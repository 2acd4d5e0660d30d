/** What an exchange makes of one message: the captures, what is told, and what is to be said. No sockets and no time. */
import type { Extra } from '../service/telemetry.types.ts';
import type { ServiceTelemetry } from '../service/service-telemetry.ts';
import type { ReadyExchange, ReadyOutcome, ReadyRule } from './exchange.ts';
import { cut, keyword } from '../service/event-fields.ts';
import type { TemplateScope } from './template.ts';

/** What is told of one session; the rest only counts. */
const MAX_TOLD = 500;
const MAX_SHOWN = 1024;

export interface Asked {
  readonly user: string;
  readonly password: string | undefined;
}

export class Runner {
  readonly #ready: ReadyExchange;
  readonly #report: ServiceTelemetry;
  readonly #network: Extra['network'];
  readonly #captures = new Map<string, string>();
  #told = 0;
  state: string;

  constructor(ready: ReadyExchange, report: ServiceTelemetry, network: Extra['network']) {
    this.#ready = ready;
    this.#report = report;
    this.#network = network;
    this.state = ready.exchange.start;
  }

  get captures(): ReadonlyMap<string, string> {
    return this.#captures;
  }

  /** What is to be done for this message; `judge` says whether a login lets in. Undefined where nothing fits. */
  message(text: string, scope: TemplateScope, judge: (asked: Asked) => boolean): ReadyOutcome | undefined {
    const rule = this.#rule(text);
    if (rule === undefined) {
      this.#tell(() => this.#report.other('request', this.#extra(text, [])));
      return undefined;
    }
    let outcome = rule.outcome;
    if (rule.login !== undefined) {
      const { user, password, response, method, accepted, refused } = rule.login;
      const asked = { user: user(scope), password: password?.(scope) };
      const letIn = judge(asked);
      outcome = letIn ? accepted : refused;
      this.#tell(() =>
        this.#report.login({
          user: asked.user,
          ...(asked.password === undefined ? {} : { password: asked.password }),
          ...(response === undefined ? {} : { response: response(scope) }),
          method,
          accepted: letIn,
          extra: this.#networkExtra(rule.techniques),
        }),
      );
    }
    const { command, download, tell } = rule;
    if (command !== undefined)
      this.#tell(() => this.#report.command(command(scope), this.#networkExtra(rule.techniques)));
    if (download !== undefined) this.#tell(() => this.#report.download(download(scope)));
    if (tell !== undefined) this.#tell(() => this.#report.other(tell, this.#extra(text, rule.techniques)));
    else if (rule.login === undefined && command === undefined && download === undefined)
      this.#tell(() => this.#report.other('request', this.#extra(text, rule.techniques)));
    if (outcome.next !== undefined) this.state = outcome.next;
    return outcome;
  }

  #rule(text: string): ReadyRule | undefined {
    for (const rule of this.#ready.states.get(this.state)?.rules ?? []) {
      const groups = rule.match(text);
      if (groups === undefined) continue;
      this.#captures.set('message', text);
      rule.capture.forEach((name, i) => this.#captures.set(name, decoded(groups[i] ?? '', rule.decode)));
      if (rule.decode === 'plain') this.#plain(groups[0] ?? '');
      return rule;
    }
    return undefined;
  }

  /** RFC 4616: authorization, account and password between NULs. */
  #plain(text: string): void {
    const [, user = '', password = ''] = decoded(text, 'base64').split('\0');
    this.#captures.set('user', user);
    this.#captures.set('password', password);
  }

  #tell(tell: () => void): void {
    if (this.#told++ < MAX_TOLD) tell();
  }

  #extra(text: string, techniques: readonly string[]): Extra {
    return { ...this.#networkExtra(techniques), message: cut(shown(text), MAX_SHOWN) };
  }

  #networkExtra(techniques: readonly string[]): Extra {
    return {
      ...(this.#network === undefined ? {} : { network: this.#network }),
      ...(techniques.length === 0
        ? {}
        : { threat: { framework: 'MITRE ATT&CK', technique: { id: techniques.map(keyword) } } }),
    };
  }
}

function decoded(text: string, how: ReadyRule['decode']): string {
  return how === 'base64' ? Buffer.from(text, 'base64').toString('latin1') : text;
}

/** Bytes that are no text as `\x00`. */
function shown(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(
    /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
