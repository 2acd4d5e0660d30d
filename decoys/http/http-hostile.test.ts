/** Clients that would take memory or time, or look at what others left. */
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { playService, type PlayedService } from '../service/session.fixture.ts';
import { httpsDecoy } from '../https/https.decoy.ts';
import { httpDecoy } from './http.decoy.ts';
import { BodyReader } from './http1/body-reader.ts';

const open: PlayedService[] = [];
afterEach(async () => {
  for (const service of open.splice(0)) await service.close();
});

function play(config: Readonly<Record<string, unknown>> = {}): PlayedService {
  const service = playService(httpDecoy, config);
  open.push(service);
  return service;
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('a hostile client of the HTTP decoy', () => {
  it('is not read on while it takes no answers, and gets all of them in the end', async () => {
    const service = play({ server: 'apache' });
    const client = service.connect();
    client.stream.pause();
    await client.send(GET.repeat(2000));
    expect(service.events.filter(({ event }) => event.action === 'http-request').length).toBeLessThan(200);
    client.stream.resume();
    const answers = (): number => client.text.match(/HTTP\/1\.1 200/g)?.length ?? 0;
    for (let i = 0; i < 3000 && answers() < 100; i++) await client.settle();
    expect(answers()).toBeGreaterThanOrEqual(100);
    expect(client.closed).toBe(false);
  });

  it('gets the whole file for ranges that are longer than it', async () => {
    for (const server of ['nginx', 'apache']) {
      const client = play({ server }).connect();
      const ranges = Array.from({ length: 40 }, () => '0-').join(',');
      await client.send(`GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=${ranges}\r\n\r\n`);
      expect(client.text).toMatch(/^HTTP\/1\.1 200 /);
    }
  });

  it('a body in chunks of a byte is kept as one of a piece is', () => {
    const reader = new BodyReader({ kind: 'chunked', length: 0 }, 1000);
    const piece = Buffer.from('1\r\nx\r\n');
    for (let i = 0; i < 2000; i++) expect(reader.take(piece)).toBe(piece.length);
    expect(reader.take(Buffer.from('0\r\n\r\n'))).toBe(5);
    expect([reader.done, reader.bytes, reader.kept.toString()]).toEqual([true, 2000, 'x'.repeat(1000)]);
  });
});

it('a TLS client is told of once, with its fingerprints and what came of it', async () => {
  const service = playService(httpsDecoy, {});
  open.push(service);
  const client = service.connect();
  const socket = connectTls({ socket: client.stream, rejectUnauthorized: false, servername: 'www.example.org' });
  socket.on('error', () => {});
  for (let i = 0; i < 20; i++) await client.settle();
  const told = service.events.filter(({ event }) => event.action === 'https-tls');
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ tls: { established: true, client: { server_name: 'www.example.org' } } });
  expect(JSON.stringify(told[0])).toContain('ja4');
  socket.destroy();
});
