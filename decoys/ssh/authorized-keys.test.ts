import { describe, expect, it } from 'vitest';
import type { Machine } from '../shell/shell.types.ts';
import { findAuthorizedKey } from './authorized-keys.ts';

describe('findAuthorizedKey', () => {
  const machine = (content: string) =>
    ({
      user: (name: string) =>
        name === 'root' ? { uid: 0, gid: 0, groups: [0], name, home: '/root', shell: '/bin/bash' } : undefined,
      fs: {
        read: (path: string) =>
          path === '/root/.ssh/authorized_keys'
            ? { ok: true, value: Buffer.from(content) }
            : { ok: false, error: 'ENOENT' },
      },
    }) as unknown as Machine;
  const key = Buffer.from('a planted key');
  const text = key.toString('base64');

  it('finds a key with or without options, and says where', () => {
    expect(findAuthorizedKey(machine(`# mine\nssh-rsa ${text} me`), 'root', key)).toBe('/root/.ssh/authorized_keys:2');
    expect(findAuthorizedKey(machine(`no-pty ssh-rsa ${text}\n`), 'root', key)).toBe('/root/.ssh/authorized_keys:1');
  });

  it('finds none in comments, in part, or for others', () => {
    expect(findAuthorizedKey(machine(`#ssh-rsa ${text}`), 'root', key)).toBeUndefined();
    expect(findAuthorizedKey(machine(`ssh-rsa ${text}x`), 'root', key)).toBeUndefined();
    expect(findAuthorizedKey(machine(`ssh-rsa ${text}`), 'nobody', key)).toBeUndefined();
  });
});
