/** Registry keys and values as Sysmon names them. */
import type { EcsGroup } from '@netsentinel/contracts/parser';

export function registryOf(path: string | undefined, details: string | undefined): EcsGroup | undefined {
  if (path === undefined) return undefined;
  const parts = path.replace(/^\\/, '').split('\\');
  return {
    path,
    hive: parts[0],
    key: parts.length > 1 ? parts.slice(1).join('\\') : undefined,
    value: parts.at(-1),
    data: dataOf(details),
  };
}

/** `DWORD (0x00000004)`, `QWORD (0x00000000-0x00000004)`, `Binary Data`, text. */
function dataOf(details: string | undefined): EcsGroup | undefined {
  if (details === undefined || details === '') return undefined;
  if (details === 'Binary Data') return { type: 'REG_BINARY' };
  const word = /^DWORD \((0x[\da-f]{1,8})\)$/i.exec(details);
  if (word !== null) return { type: 'SZ_DWORD', strings: [String(Number(word[1]))] };
  const long = /^QWORD \((0x[\da-f]{1,8})-(0x[\da-f]{1,8})\)$/i.exec(details);
  if (long === null) return { type: 'REG_SZ', strings: [details] };
  return { type: 'SZ_QWORD', strings: [String((BigInt(long[1]!) << 32n) + BigInt(long[2]!))] };
}
