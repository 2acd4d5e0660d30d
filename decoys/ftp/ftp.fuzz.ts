/**
 * Feeds hostile bytes to the FTP decoy: before the login, after it, and over a data connection. Throws when it fails of itself, loses a connection or
 * answers out of proportion.
 */
import { playFtp } from './ftp.fixture.ts';

const MAX_REPLY = 4 * 1024 * 1024;

export const seeds: readonly Uint8Array[] = [
  'USER anonymous\r\nPASS x\r\n\xff\xf4\xff\xf2ABOR\r\n',
  'MKD a\r\nCWD a\r\nSTOU\r\nMLST\r\nLIST -laR {a,b}*\r\nSTAT *\r\n',
  'PASV\r\nLIST -R /\r\nEPSV ALL\r\nPORT 1,2,3,4,5,6\r\nEPRT |1|198.51.100.7|5000|\r\n',
  'REST 99\r\nRETR /etc/passwd\r\nSITE CPFR /etc\r\nSITE CPTO x\r\nSITE CHMOD u+rwx,g=x x\r\n',
  'MFF modify=20200101000000;UNIX.mode=7; x\r\nOPTS MLST size;type;\r\nRANG 1 2\r\nTYPE L 8\r\n',
].flatMap((text) => ['\0', '\x01', '\x02', '\x03'].map((place) => Buffer.from(place + text, 'latin1')));

/** The first byte says as what, and where the rest goes. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const place = (data[0] ?? 0) % 4;
  const rest = Buffer.from(data.subarray(1));
  const ftp = await playFtp({ product: place % 2 === 0 ? 'vsftpd' : 'proftpd', anonymous: true, failureDelayMs: 0 });
  const { client, service } = ftp;
  if (place >= 2) await ftp.login();
  await client.send(rest);
  await client.settle(61_000);
  if (place >= 2 && !client.closed) {
    const { data: sent } = await ftp.transfer('STOR fuzzed', rest.toString('latin1'));
    if (sent !== '') throw new Error('an upload was answered with data');
  }
  if (client.received.length > MAX_REPLY) throw new Error(`${client.received.length} bytes in answer`);
  await client.destroy();
  // What it was still sending has to be let go of first.
  for (let i = 0; i < 4; i++) await client.settle();
  if (service.decoy.connections !== 0) throw new Error('a connection was left behind');
  await service.close();
  if (service.failures.length > 0) throw new Error(`the decoy failed: ${service.failures.join('; ')}`);
}
