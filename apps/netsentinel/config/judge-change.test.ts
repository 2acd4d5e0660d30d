import { describe, expect, it } from 'vitest';
import { loadConfig } from '@netsentinel/kernel/config';
import { KEPT_AT_THE_MACHINE, judgeChange } from './judge-change.ts';
import { NetSentinelConfig } from './netsentinel.config.ts';

const config = (value: object): NetSentinelConfig =>
  loadConfig(NetSentinelConfig, { file: 'netsentinel.yaml', text: JSON.stringify(value) }).config;
const notifier = (password: object): object => ({
  alert: {
    notifiers: [
      { id: 'n', type: 'ntfy', options: { url: 'https://ntfy.example.com', topic: { value: 't' }, token: password } },
    ],
    routes: [{ id: 'all', to: ['n'] }],
  },
});

describe('a change through the API', () => {
  it('names the sections that mean something else', () => {
    const before = config({ logLevel: 'warn', response: { blockFrom: 60 } });
    expect(judgeChange(before, config({ logLevel: 'info', response: { blockFrom: 60 } }))).toEqual(['logLevel']);
    // What is the default is no other for being written.
    expect(judgeChange(before, config({ response: { blockFrom: 60 } }))).toEqual([]);
  });

  it.each([
    ['data', { data: './other' }],
    ['sandbox', { sandbox: { enabled: false } }],
    ['enforcer', { enforcer: { mode: 'enforce' } }],
    ['console', { console: { address: '127.0.0.2' } }],
    ['collectors', { collectors: [{ id: 'x', type: 'tail', options: { paths: ['/etc/shadow'], format: 'sshd' } }] }],
    ['personas', { personas: [{ id: 'x', file: './evil.yaml' }] }],
    ['playbooks', { playbooks: { mode: 'run' } }],
    ['encryption', { encryption: { masterKey: { env: 'OTHER' } } }],
    ['stream', { stream: { partitions: 4 } }],
  ])('is refused where it would give rights: %s', (section, value) => {
    expect(Object.keys(KEPT_AT_THE_MACHINE)).toContain(section);
    expect(() => judgeChange(config({}), config(value))).toThrow(new RegExp(`"${section}" .* at the machine`));
  });

  it.each([
    ['a secret’s file', notifier({ file: '/etc/shadow' })],
    ['a variable', notifier({ env: 'AWS_SECRET' })],
    ['a script', { decoys: [{ id: 's', type: 'scripted', port: 7, options: { script: '/etc/passwd' } }] }],
    ['a table', { networks: { addressTable: '/etc/passwd' } }],
    ['a list', { networks: { vpns: ['/etc/passwd'] } }],
  ])('names no file and no variable that was not named before: %s', (_, value) => {
    expect(() => judgeChange(config({}), config(value))).toThrow('is not named yet');
    expect(judgeChange(config(value), config({ ...value, logLevel: 'info' }))).toEqual(['logLevel']);
  });
});
