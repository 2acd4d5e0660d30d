/**
 * Any UDP port by a scripted exchange: each datagram is a message to its first state. Whoever holds the socket keeps answers within the length of what came
 * and within a budget for each source; here a source is told of once in a while, since anybody can write any.
 */
import type { DecoyDatagram, DecoyDefinition } from '@netsentinel/contracts/decoy';
import { actorOf } from '@netsentinel/kernel/address';
import { describeError } from '@netsentinel/kernel/errors';
import type { Persona } from '../persona/persona.types.ts';
import { LoginPolicy } from '../service/login-policy.ts';
import { personaHost } from '../service/persona-host.ts';
import { ServiceTelemetry } from '../service/service-telemetry.ts';
import { prepareExchange, wireBytes } from './exchange.ts';
import { Runner } from './runner.ts';
import type { ScriptedConfig } from './scripted.config.ts';
import { exchangeOf, scriptedDecoy } from './scripted.decoy.ts';

/** A source that is silent for so long begins a new conversation. */
const CONVERSATION_MS = 60_000;
const MAX_CONVERSATIONS = 5000;

interface Conversation {
  readonly report: ServiceTelemetry;
  readonly runner: Runner;
  readonly drawn: Map<string, string>;
  lastMs: number;
}

export const scriptedUdpDecoy: DecoyDefinition<ScriptedConfig, Persona> = {
  ...scriptedDecoy,
  id: 'scripted-udp',
  summary: 'Any UDP port by a scripted exchange in YAML, with answers never longer than what came.',
  transport: 'udp',
  create(ctx, config) {
    const ready = prepareExchange(exchangeOf(config));
    const { exchange } = ready;
    const { persona, logins: memory } = personaHost(ctx, config);
    const names = new Set(persona.users.filter(({ login }) => login).map(({ name }) => name));
    // Anybody can write any source: nothing is remembered of whom it names.
    const credentials = { ...config.credentials, remember: false };
    const logins = new LoginPolicy({ config: credentials, memory, isUser: (name) => names.has(name) });
    /** By source; the longest silent first. */
    const conversations = new Map<string, Conversation>();

    const end = (key: string, conversation: Conversation): void => {
      conversations.delete(key);
      conversation.report.disconnected('silent');
    };
    const begin = (key: string, { source, destination }: DecoyDatagram): Conversation => {
      const report = new ServiceTelemetry({
        sessionId: ctx.newSessionId(),
        decoy: ctx.decoy,
        type: 'scripted-udp',
        transport: 'udp',
        persona: config.persona,
        clock: ctx.clock,
        endpoints: { source, destination },
        emit: (event) => void ctx.emit(event),
      });
      const runner = new Runner(ready, report, {
        transport: 'udp',
        protocol: exchange.protocol,
        type: source.ip.includes(':') ? 'ipv6' : 'ipv4',
      });
      const conversation = { report, runner, drawn: new Map<string, string>(), lastMs: 0 };
      conversations.set(key, conversation);
      report.connected();
      return conversation;
    };
    const sweep = (now: number): void => {
      for (const [key, conversation] of conversations) {
        if (conversations.size <= MAX_CONVERSATIONS && now - conversation.lastMs < CONVERSATION_MS) return;
        end(key, conversation);
      }
    };

    return {
      get connections() {
        return conversations.size;
      },
      // A connection is none of ours.
      accept: ({ stream }) => void stream.destroy(),
      datagram(datagram) {
        try {
          const { bytes, source, destination } = datagram;
          const key = `${source.ip} ${source.port}`;
          const now = ctx.clock.monotonicMs();
          const conversation = conversations.get(key) ?? begin(key, datagram);
          conversations.delete(key);
          conversations.set(key, conversation);
          conversation.lastMs = now;
          conversation.report.counts.bytesIn += bytes.length;
          sweep(now);
          const { runner, drawn, report } = conversation;
          runner.state = exchange.start;
          const text = Buffer.from(bytes.subarray(0, exchange.max_message_bytes)).toString('latin1');
          const scope = { persona, source, destination, now: ctx.clock.now(), captures: runner.captures, drawn };
          const outcome = runner.message(text, scope, ({ user, password }) =>
            password === undefined ? false : logins.check(actorOf(source.ip), user, password),
          );
          const reply = outcome?.reply === undefined ? undefined : wireBytes(outcome.reply(scope));
          // Cut to what came: a longer answer would be none at all.
          const answer = reply?.subarray(0, bytes.length);
          if (answer !== undefined && answer.length > 0 && datagram.reply(answer))
            report.counts.bytesOut += answer.length;
        } catch (error) {
          ctx.log.error('A datagram could not be answered', { error: describeError(error) });
        }
      },
      close() {
        for (const [key, conversation] of conversations) end(key, conversation);
        return Promise.resolve();
      },
    };
  },
};
