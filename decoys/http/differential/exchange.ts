/** One probe at one port: sends it and gathers what comes back until the server closes or has nothing more to say. */
import { connect } from 'node:net';

export interface Answer {
  /** Latin-1. */
  readonly text: string;
  /** How the connection stood in the end. */
  readonly end: 'closed' | 'reset' | 'open';
}

export function exchange(port: number, send: string, quietMs = 300): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    let timer = setTimeout(() => finish('open'), quietMs * 4);
    const finish = (end: Answer['end']) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: Buffer.concat(chunks).toString('latin1'), end });
    };
    socket.on('connect', () => socket.write(send, 'latin1'));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      clearTimeout(timer);
      timer = setTimeout(() => finish('open'), quietMs);
    });
    socket.on('end', () => finish('closed'));
    socket.on('error', () => finish('reset'));
  });
}
