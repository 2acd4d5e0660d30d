/** Plays the conversation that a script brings along, against the decoy that it makes: a script is tested by whoever writes it. */
import type { SensorEvent } from '@netsentinel/contracts/event';
import { playService } from '../service/session.fixture.ts';
import type { Exchange } from './exchange.schema.ts';
import { compileExpectation } from './expectation.ts';
import { scriptedUdpDecoy } from './scripted-udp.decoy.ts';
import { scriptedDecoy } from './scripted.decoy.ts';
import { createDecoyContext } from '@netsentinel/testkit/decoy-harness';

const LONGEST_DELAY_MS = 10_000;

export interface TrialResult {
  /** What did not go as the script says. */
  readonly problems: readonly string[];
  readonly events: readonly SensorEvent[];
}

export async function playTrial(exchange: Exchange): Promise<TrialResult> {
  const talk = exchange.transport === 'tcp' ? await overTcp(exchange) : overUdp(exchange);
  const problems: string[] = [];
  for (const [i, step] of exchange.trial.entries()) {
    const answer = await talk.say(sent(step));
    const expected = compileExpectation({ regex: step.expect ?? '^$', ignore_case: false });
    if (!('match' in expected)) problems.push(`step ${i + 1}: ${expected.problem}`);
    else if (expected.match(answer) === undefined)
      problems.push(`step ${i + 1} was answered ${JSON.stringify(answer)}`);
  }
  return { problems: [...problems, ...(await talk.end())], events: talk.events };
}

interface Talk {
  readonly events: readonly SensorEvent[];
  say(bytes: Buffer): Promise<string>;
  end(): Promise<readonly string[]>;
}

function sent({ send, send_hex: hex }: Exchange['trial'][number]): Buffer {
  return hex === undefined ? Buffer.from(send ?? '', 'latin1') : Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
}

async function overTcp(exchange: Exchange): Promise<Talk> {
  const service = playService(scriptedDecoy, {
    script: exchange,
    credentials: { anyAfterTries: false, weakPairs: false },
  });
  const client = service.connect();
  await client.settle();
  return {
    events: service.events,
    async say(bytes) {
      if (bytes.length > 0) await client.send(bytes);
      await client.settle(LONGEST_DELAY_MS);
      return client.take();
    },
    async end() {
      await client.destroy();
      await service.close();
      return service.failures;
    },
  };
}

function overUdp(exchange: Exchange): Talk {
  const { ctx, events, failures } = createDecoyContext({ id: 'scripted-udp-1' });
  const decoy = scriptedUdpDecoy.create(ctx, scriptedUdpDecoy.config.parse({ script: exchange }));
  return {
    events,
    say(bytes) {
      let answer = '';
      decoy.datagram!({
        bytes,
        source: { ip: '198.51.100.7', port: 5060 },
        destination: { ip: '203.0.113.9', port: exchange.port ?? 1 },
        reply(reply) {
          if (answer.length + reply.length > bytes.length) throw new Error('an answer that is longer than what came');
          answer += Buffer.from(reply).toString('latin1');
          return true;
        },
      });
      return Promise.resolve(answer);
    },
    async end() {
      await decoy.close();
      return failures;
    },
  };
}
