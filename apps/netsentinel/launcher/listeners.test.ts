import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { bindAgain, bindListener } from './listeners.ts';

describe('listeners', () => {
  it('accept nothing themselves', async () => {
    const server = await bindListener('127.0.0.1', 0, 'f:1:1');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'close');
    expect(socket.bytesRead).toBe(0);
    server.close();
  });

  it('name the line that asked for a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(bindListener('127.0.0.1', port, 'netsentinel.yaml:3:9')).rejects.toMatchObject({
      code: 'LISTEN_IN_USE',
      fault: 'user',
      where: 'netsentinel.yaml:3:9',
      hint: expect.stringContaining(`sport = :${port}`) as string,
    });
    other.close();
  });

  it('wait for what is about to leave, and no longer than they may', async () => {
    const leaving = createServer().listen(0, '127.0.0.1');
    await once(leaving, 'listening');
    const { port } = leaving.address() as AddressInfo;
    let tries = 0;
    const bind = (): Promise<Server> => {
      if (++tries === 3) leaving.close();
      return bindListener('127.0.0.1', port, 'f');
    };
    const server = await bindAgain(bind, 30_000);
    await expect(bindAgain(() => bindListener('127.0.0.1', port, 'f'), 0)).rejects.toMatchObject({
      code: 'LISTEN_IN_USE',
    });
    server.close();
  });

  it('say when an address is not ours, and when it is none', async () => {
    await expect(bindListener('198.51.100.77', 4000, 'f')).rejects.toMatchObject({ code: 'LISTEN_NO_ADDRESS' });
    await expect(bindListener('no.such.host.invalid', 4000, 'f')).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
  });
});
