import { describe, expect, it } from 'vitest';
import type { SensorEvent } from './event.ts';
import { DECOY_ACTIONS, interactionOf } from './interaction.ts';

function eventOf(action: string | undefined, more: Partial<SensorEvent> = {}): SensorEvent {
  return {
    '@timestamp': '2026-11-21T10:00:00.000Z',
    event: { kind: 'event', dataset: 'x', ...(action === undefined ? {} : { action }) },
    netsentinel: { decoy: { id: 'ssh-1', type: 'ssh' } },
    ...more,
  };
}

describe('what an event means', () => {
  it.each(Object.entries(DECOY_ACTIONS))('ssh-%s is %s', (name, interaction) => {
    const more = name === 'request' ? { url: { original: '/' }, http: { request: { method: 'GET' } } } : {};
    expect(interactionOf(eventOf(`ssh-${name}`, more))).toBe(interaction);
  });

  it('takes a request that is not of the web for something else', () => {
    expect(interactionOf(eventOf('modbus-request'))).toBe('other');
  });

  it('tells uploads from other files, and connections of programs from forwards', () => {
    expect(interactionOf(eventOf('ssh-file', { tags: ['upload'] }))).toBe('upload');
    const forward = { kind: 'connect', host: 'h', port: 1 };
    const netsentinel = { decoy: { id: 'd', type: 'ssh' }, forward };
    expect(interactionOf(eventOf('ssh-forward', { netsentinel }))).toBe('outbound');
  });

  it.each([
    ['ssh_login_failed', 'login'],
    ['user-authentication', 'login'],
    ['disconnected', 'disconnect'],
    ['session_ended', 'disconnect'],
    ['new-connection', 'connect'],
    ['outbound-connection', 'outbound'],
    ['file-executed', 'execute'],
    ['tool-download', 'download'],
    ['file_written', 'write'],
    ['program-run', 'program'],
    ['direct-tcpip-request', 'forward'],
    ['kex-finished', 'handshake'],
    ['shell-opened', 'session'],
    ['sftp-upload', 'upload'],
    ['command-line', 'command'],
    ['whatever', 'other'],
  ])('understands %s as %s', (action, interaction) => {
    expect(interactionOf(eventOf(action))).toBe(interaction);
    expect(interactionOf(eventOf(action))).toBe(interaction);
  });

  it.each<[Partial<SensorEvent>, string]>([
    [{ event: { kind: 'event', dataset: 'x', category: ['authentication'] } }, 'login'],
    [{ process: { command_line: 'id' } }, 'command'],
    [{ url: { original: 'http://192.0.2.1/' } }, 'download'],
    [{ url: { original: '/' }, http: { request: { method: 'GET' } } }, 'request'],
    [{ netsentinel: { decoy: { id: 'd', type: 'ssh' }, upload: { sha256: 'a'.repeat(64), bytes: 1 } } }, 'upload'],
    [{ netsentinel: { decoy: { id: 'd', type: 'ssh' }, forward: { kind: 'x', host: 'h', port: 1 } } }, 'forward'],
    [{ netsentinel: { decoy: { id: 'd', type: 'ssh' }, ssh: { hassh: 'x' } } }, 'handshake'],
    [{}, 'other'],
    [{ event: { kind: 'pipeline_error', dataset: 'x', action: 'login' } }, 'other'],
  ])('goes by content where there is no action: %j', (more, interaction) => {
    expect(interactionOf(eventOf(undefined, more))).toBe(interaction);
  });

  it('takes a login anywhere for a move, and everything else away from decoys for background', () => {
    const elsewhere = (category: 'authentication' | 'network', outcome?: 'failure'): SensorEvent => ({
      '@timestamp': '2026-11-21T10:00:00.000Z',
      event: { kind: 'event', dataset: 'sshd', category: [category], ...(outcome === undefined ? {} : { outcome }) },
    });
    expect(interactionOf(elsewhere('authentication', 'failure'))).toBe('login');
    expect(interactionOf(elsewhere('authentication'))).toBe('none');
    expect(interactionOf(elsewhere('network', 'failure'))).toBe('none');
  });

  it('remembers a bounded number of names', () => {
    for (let n = 0; n < 2000; n++) expect(interactionOf(eventOf(`odd-${n}`))).toBe('other');
  });
});
