import { expect, it } from 'vitest';
import { sshesame } from './sshesame.parser.ts';

const parser = sshesame.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 22), trustedProxies: [] });
const say = (words: string) => parser.line!(`2026/11/21 09:30:00 [198.51.100.7:40112] ${words}`);

it('tells moves as our own decoys do', () => {
  expect(say('authentication for user "root" with password "a "b" c" accepted')).toMatchObject({
    event: { action: 'ssh-login', outcome: 'success' },
    user: { name: 'root' },
    source: { ip: '198.51.100.7', port: 40_112 },
    netsentinel: { credential: { password: 'a "b" c' } },
  });
  expect(say('authentication for user "x" without credentials rejected')).toMatchObject({
    event: { outcome: 'failure' },
  });
  expect(say('[channel 0] command "uname -a" requested')).toMatchObject({
    event: { action: 'ssh-command' },
    process: { command_line: 'uname -a' },
  });
  expect(say('[channel 1] direct TCP/IP forwarding from 127.0.0.1:22 to [2001:db8::1]:80 requested')).toMatchObject({
    event: { action: 'ssh-forward' },
    netsentinel: { forward: { host: '2001:db8::1', port: 80 } },
  });
  expect(say('connection with client version "SSH-2.0-Go" established')).toMatchObject({
    netsentinel: { ssh: { client_version: 'SSH-2.0-Go' } },
  });
  expect(say('connection closed')).toMatchObject({ event: { action: 'ssh-disconnect' } });
  expect(say('[channel 3] session requested')).toMatchObject({ event: { action: 'ssh-session' } });
});

it('refuses other lines', () => {
  expect(parser.line!('hello')).toMatchObject({ reason: expect.any(String) });
});
