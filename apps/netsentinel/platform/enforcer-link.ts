/** The platform's end of the way to the enforcer: orders go out, replies come back; a new link after each restart of either. */
import type { Socket } from 'node:net';
import { FromEnforcer, type Order, type OrderReply } from '@netsentinel/contracts/action';
import type { Logger } from '@netsentinel/contracts/log';
import { receiveMessages, sendMessage } from '@netsentinel/kernel/message-link';

export interface EnforcerLink {
  /** Takes the new link in place of the old; `onConnected` follows. */
  link(socket: Socket): void;
  /** False when there is no link: the outbox sends it again once there is. */
  send(order: Order): boolean;
  close(): void;
}

export function createEnforcerLink(options: {
  log: Logger;
  onReply: (reply: OrderReply) => void;
  /** What is in force is to be sent again: after a new link, and when another responder has joined. */
  onConnected: () => void;
}): EnforcerLink {
  let current: Socket | undefined;
  return {
    link: (socket) => {
      current?.destroy();
      current = socket;
      receiveMessages(
        socket,
        FromEnforcer,
        (word) => ('kind' in word ? options.onConnected() : options.onReply(word)),
        () => options.log.warn('the enforcer sent what its schema does not know'),
      );
      const lost = (): void => {
        if (current === socket) current = undefined;
      };
      socket.on('error', lost);
      socket.on('close', lost);
      options.onConnected();
    },
    send: (order) => {
      if (current === undefined) return false;
      sendMessage(current, order);
      return true;
    },
    close: () => current?.destroy(),
  };
}
