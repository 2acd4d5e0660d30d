import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendMessage } from '@netsentinel/kernel/message-link';
import { silentLogger } from '@netsentinel/kernel/log';
import { socketPair } from '@netsentinel/kernel/socket-pair';
import { afterEach, expect, it } from 'vitest';
import { createEnforcerLink } from './enforcer-link.ts';

const folder = mkdtempSync(join(tmpdir(), 'enforcer-link-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('hears replies, and that what is in force is to be sent again: after a new link, and when a responder has joined', async () => {
  const heard: string[] = [];
  const link = createEnforcerLink({
    log: silentLogger,
    onReply: ({ id, status }) => heard.push(`${id} ${status}`),
    onConnected: () => heard.push('again'),
  });
  const [near, far] = await socketPair(folder);
  link.link(near);
  sendMessage(far, { id: 'a', status: 'applied', at: 1 });
  sendMessage(far, { kind: 'joined' });
  sendMessage(far, { kind: 'something else' });
  sendMessage(far, { id: 'a', status: 'verified', at: 2 });
  await expect.poll(() => heard).toEqual(['again', 'a applied', 'again', 'a verified']);
  far.destroy();
  link.close();
});
