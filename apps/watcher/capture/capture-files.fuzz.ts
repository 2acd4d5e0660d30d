/** Whatever lies in the folder of captures, half written or put there by a process that was taken over: records are read or passed over, files repaired to whole packets. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureName, readRecords, recordPath } from './capture-record.ts';
import { repairPcap } from './pcap-repair.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture-files-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = captureName({ network: '198.18.0.2', order: 'do-1', startedAt: 0 });

/** A file's header of 24 bytes, then a packet's of 16 and its four bytes. */
const pcap = Buffer.alloc(24 + 2 * 20);
for (const at of [24, 44]) pcap.writeUInt32LE(4, at + 8);

export const seeds: readonly Uint8Array[] = [
  pcap,
  Buffer.from(
    JSON.stringify({
      file,
      network: '198.18.0.2',
      order: 'do-1',
      incident: '',
      state: 'capturing',
      startedAt: 0,
      packets: 0,
      bytes: 24,
      dropped: 0,
    }),
  ),
];

export function fuzz(data: Uint8Array): void {
  const path = join(folder, file);
  writeFileSync(path, data);
  writeFileSync(recordPath(folder, file), data);
  for (const record of readRecords(folder)) if (record.file !== file) throw new Error(`a record of ${record.file}`);
  const { bytes, packets } = repairPcap(path);
  if (bytes > data.length || statSync(path).size !== bytes) throw new Error('it was not cut to what is whole');
  const again = repairPcap(path);
  if (again.bytes !== bytes || again.packets !== packets) throw new Error('what is whole is repaired again');
}
