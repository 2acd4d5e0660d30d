/**
 * The platform's end of the way to the enforcer: orders go out, replies come back, and what a person waits for is asked and answered; a new link
 * after each restart of either.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Order, OrderReply } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import { FromEnforcerLink, type EnforcerAnswer, type EnforcerQuestion } from '@netsentinel/contracts/enforcer-question';
import type { Logger } from '@netsentinel/contracts/log';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { receiveMessages, sendMessage } from '@netsentinel/kernel/message-link';

/** The enforcer itself waits twenty seconds for a responder that is slow. */
const ANSWER_MS = 25_000;
const MAX_ASKED = 64;

/** A question without what the link adds to it. */
export type Asked = EnforcerQuestion extends infer Q
  ? Q extends EnforcerQuestion
    ? Omit<Q, 'kind' | 'ask'>
    : never
  : never;

export interface EnforcerLink {
  /** Takes the new link in place of the old; `onConnected` follows. */
  link(socket: Socket): void;
  /** False when there is no link: the outbox sends it again once there is. */
  send(order: Order): boolean;
  /** Rejects with `ENFORCER_AWAY` where there is no link, or none any more, and where the enforcer is silent; with `ENFORCER_FAILED` where it says so. */
  ask(question: Asked): Promise<EnforcerAnswer>;
  close(): void;
}

export function createEnforcerLink(options: {
  clock: Pick<Clock, 'after'>;
  log: Logger;
  onReply: (reply: OrderReply) => void;
  /** What is in force is to be sent again: after a new link, and when another responder has joined. */
  onConnected: () => void;
}): EnforcerLink {
  const { clock, log, onReply, onConnected } = options;
  let current: Socket | undefined;
  const asked = new Map<string, (answer: EnforcerAnswer | undefined) => void>();
  const giveUp = (): void => {
    for (const settle of asked.values()) settle(undefined);
  };
  return {
    link: (socket) => {
      current?.destroy();
      giveUp();
      current = socket;
      receiveMessages(
        socket,
        FromEnforcerLink,
        (word) => {
          if (!('kind' in word)) onReply(word);
          else if (word.kind === 'joined') onConnected();
          else asked.get(word.ask)?.(word);
        },
        () => log.warn('the enforcer sent what its schema does not know'),
      );
      const lost = (): void => {
        if (current !== socket) return;
        current = undefined;
        giveUp();
      };
      socket.on('error', lost);
      socket.on('close', lost);
      onConnected();
    },
    send: (order) => {
      if (current === undefined) return false;
      sendMessage(current, order);
      return true;
    },
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (current === undefined || asked.size >= MAX_ASKED) return reject(away());
        const ask = randomBytes(8).toString('hex');
        const cancel = clock.after(ANSWER_MS, () => asked.get(ask)?.(undefined));
        asked.set(ask, (answer) => {
          asked.delete(ask);
          cancel();
          if (answer === undefined) return reject(away());
          if (answer.error === undefined) return resolve(answer);
          return reject(new NetSentinelError('ENFORCER_FAILED', 'operational', answer.error));
        });
        return sendMessage(current, { kind: 'ask', ask, ...question } satisfies EnforcerQuestion);
      }),
    close: () => {
      current?.destroy();
      giveUp();
    },
  };
}

function away(): NetSentinelError {
  return new NetSentinelError('ENFORCER_AWAY', 'operational', 'the enforcer does not answer', {
    hint: 'Try again in a moment; `netsentinel status` says how it is.',
  });
}
