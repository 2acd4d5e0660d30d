/**
 * Has the packets of networks captured. It can do nothing else, so a capture lives beside whatever another responder does about the same network. Who captures
 * (`Capturer`) is told all that is wanted each time, and answers with all that there is.
 */
import type { CaptureNews, CaptureStanding, WantedCapture } from '@netsentinel/contracts/capture';
import type { Measure } from '@netsentinel/contracts/action';
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import type { CaptureReport, Capturer } from '../../capturer.types.ts';
import type {
  Availability,
  Change,
  ChangeOutcome,
  Responder,
  ResponderContext,
  ResponderDefinition,
} from '../../responder.types.ts';
import { CaptureConfig } from './capture.config.ts';

export const capture: ResponderDefinition<CaptureConfig> = {
  id: 'capture',
  summary: 'Writes the packets from and to a network into files.',
  config: CaptureConfig,
  create: (ctx, config, ports) => new CaptureResponder(ctx, config, ports?.capturer),
};

/** That a process may take to begin, or to end a file. */
const PATIENCE_MS = 15_000;
/** One that is about to end by itself is not mended. */
const ALMOST_OVER_MS = 2000;

const DONE: ChangeOutcome = { ok: true, verified: Promise.resolve(true) };

class CaptureResponder implements Responder {
  readonly id = 'capture';
  readonly #ctx: ResponderContext;
  readonly #config: CaptureConfig;
  readonly #capturer: Capturer | undefined;
  /** What we asked for, no more than may be. */
  readonly #wanted = new Set<string>();
  #standing: ReadonlyMap<string, CaptureStanding> = new Map();
  readonly #waiting = new Set<() => void>();
  /** Those whose change is under way: whoever waits for it tells what becomes of it. */
  #asked: ReadonlySet<string> = new Set();
  #closed = false;

  constructor(ctx: ResponderContext, config: CaptureConfig, capturer: Capturer | undefined) {
    this.#ctx = ctx;
    this.#config = config;
    this.#capturer = capturer;
  }

  availability(): Availability {
    const reason = this.#capturer === undefined ? 'an enforcer that runs alone sees no packets' : this.#capturer.unable;
    if (reason !== undefined) return { available: false, reason, hint: 'Run `netsentinel up` as root, on Linux.' };
    const all = [...this.#standing.values()];
    const full = all.filter(({ state }) => state === 'full').length;
    return { available: true, detail: `${all.length} captured${full === 0 ? '' : `, ${full} of them full`}` };
  }

  start(): Promise<Availability> {
    this.#capturer?.onReport((report) => this.#heard(report));
    // The answer comes when we are up: nothing is waited for here.
    this.#want();
    return Promise.resolve(this.availability());
  }

  refuses(measure: Measure): string | undefined {
    return measure === 'capture' ? undefined : 'it captures packets and can do nothing else';
  }

  plan(change: Change): readonly string[] {
    const { interfaces, maxBytesPerCapture, snapLength } = this.#config;
    const network = formatNetwork(change.network);
    if (change.kind === 'unblock') return [`end the capture of ${network}`];
    const where = interfaces.length === 0 ? 'all interfaces' : interfaces.join(', ');
    return [
      `write packets from and to ${network} on ${where} into captures/ for ${Math.ceil(change.remainingMs / 1000)} s, ${snapLength} bytes of each, ${maxBytesPerCapture} bytes at most`,
    ];
  }

  async apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    this.#asked = new Set(changes.map(({ network }) => formatNetwork(network)));
    this.#forget(changes);
    this.#want();
    const outcomes = await Promise.all(changes.map((change) => this.#outcomeOf(change)));
    // What failed is not tried again.
    if (outcomes.some(({ ok }) => !ok)) this.#want(changes.filter((_, i) => outcomes[i]?.ok === false));
    this.#asked = new Set();
    return outcomes;
  }

  async sync(): Promise<Availability> {
    this.#want();
    await Promise.all([...this.#wanted].map((network) => this.#settled(network)));
    return this.availability();
  }

  async clear(): Promise<Availability> {
    this.#wanted.clear();
    this.#capturer?.want([]);
    await this.#until(() => this.#standing.size === 0);
    return this.availability();
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const look of this.#waiting) look();
    return Promise.resolve();
  }

  /** Those that are captured stay; others come as far as there is room. */
  #want(butNot: readonly { readonly network: Network }[] = []): void {
    const intended = new Map<string, WantedCapture>();
    for (const { network, remainingMs } of this.#ctx.intended.all()) {
      const { order, incident } = this.#ctx.intended.orderOf?.(network) ?? { order: '', incident: '' };
      intended.set(formatNetwork(network), { network: formatNetwork(network), remainingMs, order, incident });
    }
    for (const { network } of butNot) intended.delete(formatNetwork(network));
    for (const network of this.#wanted) if (!intended.has(network)) this.#wanted.delete(network);
    for (const network of intended.keys()) if (this.#wanted.size < this.#config.maxCaptures) this.#wanted.add(network);
    this.#capturer?.want([...this.#wanted].flatMap((network) => intended.get(network) ?? []));
  }

  /** How an earlier order ended says nothing of a new one. */
  #forget(changes: readonly Change[]): void {
    const standing = new Map(this.#standing);
    for (const { kind, network } of changes) {
      const state = standing.get(formatNetwork(network))?.state;
      if (kind === 'block' && (state === 'failed' || state === 'full')) standing.delete(formatNetwork(network));
    }
    this.#standing = standing;
  }

  async #outcomeOf({ kind, network: of }: Change): Promise<ChangeOutcome> {
    const now = this.availability();
    if (!now.available) return { ok: false, reason: now.reason };
    const network = formatNetwork(of);
    if (kind === 'unblock')
      return (await this.#until(() => !this.#standing.has(network)))
        ? DONE
        : { ok: false, reason: 'the capture did not end in time' };
    if (!this.#wanted.has(network))
      return { ok: false, reason: `${this.#config.maxCaptures} networks are captured already (maxCaptures)` };
    if (!(await this.#settled(network))) return { ok: false, reason: 'the capture did not begin in time' };
    const standing = this.#standing.get(network);
    if (standing?.state !== 'failed') return DONE;
    return { ok: false, reason: standing.reason ?? 'the capture failed' };
  }

  /** It is captured, or will not be. */
  #settled(network: string): Promise<boolean> {
    return this.#until(() => {
      const state = this.#standing.get(network)?.state;
      return state !== undefined && state !== 'starting';
    });
  }

  /** Resolves false where it does not come to be in time. */
  #until(check: () => boolean): Promise<boolean> {
    if (check()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#waiting.delete(look);
        resolve(check());
      };
      const look = (): void => {
        if (this.#closed || check()) end();
      };
      const cancel = this.#ctx.clock.after(PATIENCE_MS, end);
      this.#waiting.add(look);
    });
  }

  #heard({ captures, news }: CaptureReport): void {
    const before = this.#standing;
    this.#standing = new Map(captures.map((one) => [one.network, one]));
    for (const one of news) this.#note(one);
    for (const look of this.#waiting) look();
    if (this.#closed) return;
    let gone = 0;
    const refused: { readonly network: Network }[] = [];
    for (const text of this.#wanted) {
      const network = parseNetwork(text);
      if (network === undefined || this.#asked.has(text) || !this.#isIntended(network)) continue;
      const standing = this.#standing.get(text);
      // What was never there may be on its way.
      if (standing === undefined && before.has(text)) gone += 1;
      if (standing?.state !== 'failed') continue;
      this.#wanted.delete(text);
      refused.push({ network });
      this.#ctx.onRefused?.(network, standing.reason ?? 'the capture failed');
    }
    if (gone > 0) this.#ctx.onMended('captures had ended', gone);
    if (gone > 0 || refused.length > 0) this.#want(refused);
  }

  #isIntended(network: Network): boolean {
    return (this.#ctx.intended.remainingMs(network) ?? 0) > ALMOST_OVER_MS;
  }

  /** What a file is worth as evidence depends on who can say since when it is as it is. */
  #note({ state, ...file }: CaptureNews): void {
    this.#ctx.onNoted?.(state === 'removed' ? 'capture-removed' : 'capture-closed', { ...file, state });
  }
}
