/** A question put to a file server, and how its answer is told without what differs from run to run. */
import { fileId, negotiateContext, RawSmb2, type Smb2Answer, type Transport } from './smb-client.fixture.ts';
import { LittleWriter } from './wire.ts';

export interface ProbeTarget {
  connect(): Promise<Transport>;
  readonly user: string;
  readonly password: string;
  /** A share that this user may write to. */
  readonly share: string;
}

export interface SmbProbe {
  readonly name: string;
  readonly run: (target: ProbeTarget) => Promise<string>;
}

export const hex = (value: number): string => (value >>> 0).toString(16);

export function brief(answer: Smb2Answer | undefined, more: (answer: Smb2Answer) => string = () => ''): string {
  if (answer === undefined) return 'closed';
  return `${hex(answer.status)} ${answer.status === 0 || answer.status >>> 30 === 2 ? more(answer) : `body ${answer.body.toString('hex')}`}`.trim();
}

/** Fields that tell nothing of the product: times, ids, sizes of the disk. */
export function masked(bytes: Buffer, ...ranges: readonly (readonly [number, number])[]): string {
  const copy = Buffer.from(bytes);
  for (const [from, to] of ranges) copy.fill(0, Math.min(from, copy.length), Math.min(to, copy.length));
  return copy.toString('hex');
}

export const PREAUTH = negotiateContext(1, Buffer.concat([Buffer.from('010020000100', 'hex'), Buffer.alloc(32, 5)]));
export const list16 = (...values: readonly number[]): Buffer => {
  const out = new LittleWriter(16).u16(values.length);
  for (const value of values) out.u16(value);
  return out.done();
};

export function negotiated(answer: Smb2Answer): string {
  const { body } = answer;
  const contexts = body.readUInt16LE(6);
  const at = body.readUInt32LE(60);
  const blob = body.subarray(body.readUInt16LE(56) - 64, body.readUInt16LE(56) - 64 + body.readUInt16LE(58));
  const types: string[] = [];
  for (let i = 0, from = at - 64; i < contexts; i++) {
    const length = body.readUInt16LE(from + 2);
    const type = body.readUInt16LE(from);
    types.push(`${type}:${type === 1 ? length : body.subarray(from + 8, from + 8 + length).toString('hex')}`);
    from += 8 + length + ((8 - (length % 8)) % 8);
  }
  return `mode ${body.readUInt16LE(2)} dialect ${hex(body.readUInt16LE(4))} caps ${hex(body.readUInt32LE(24))} max ${body.readUInt32LE(28)} ${body.readUInt32LE(32)} ${body.readUInt32LE(36)} start ${body.readBigUInt64LE(48)} blob ${blob.toString('hex')} contexts ${types.join(' ')} credits ${answer.credits}`;
}

type With = (smb: RawSmb2, target: ProbeTarget) => Promise<string>;

export function fresh(name: string, run: With): SmbProbe {
  return {
    name,
    async run(target) {
      const transport = await target.connect();
      try {
        return await run(new RawSmb2(transport), target);
      } finally {
        transport.close();
      }
    },
  };
}

export function loggedIn(name: string, run: With, dialect = 0x0302): SmbProbe {
  return fresh(name, async (smb, target) => {
    await smb.negotiate([dialect]);
    smb.dialect = dialect;
    const failure = await smb.login(target.user, target.password);
    return failure === undefined ? run(smb, target) : `login failed ${hex(failure)}`;
  });
}

/** In a folder that holds `file.txt` (ten bytes) and `sub`. */
export function inFolder(name: string, run: (smb: RawSmb2, folder: string) => Promise<string>): SmbProbe {
  return loggedIn(name, async (smb, target) => {
    await smb.tree(target.share);
    const folder = `probe${1e8 + Math.trunc(Math.random() * 8e8)}`;
    await close(smb, await smb.create(folder, { disposition: 2, options: 1 }));
    await close(smb, await smb.create(`${folder}\\sub`, { disposition: 2, options: 1 }));
    const file = await smb.create(`${folder}\\file.txt`, { disposition: 2, options: 0x40 });
    await smb.write(fileId(file), 0, Buffer.from('0123456789'));
    await close(smb, file);
    const said = await run(smb, folder);
    await removeAll(smb, folder);
    return said.replaceAll(folder, 'FOLDER').replaceAll(Buffer.from(folder, 'utf16le').toString('hex'), 'FOLDER');
  });
}

async function removeAll(smb: RawSmb2, folder: string): Promise<void> {
  for (const name of ['new.txt', 'NEW.TXT', 'newdir', 'moved.txt', 'sub\\inner.txt', 'sub', 'file.txt', ''])
    await close(
      smb,
      await smb.create(name === '' ? folder : `${folder}\\${name}`, { access: 0x1_0080, options: 0x1000 }),
    );
}

async function close(smb: RawSmb2, answer: Smb2Answer | undefined): Promise<void> {
  if (answer?.status === 0) await smb.close(fileId(answer));
}

/** Times, the file's number, its allocation and where it lies are each server's own. */
export function told(level: number, body: Buffer): string {
  const data = body.subarray(8);
  switch (level) {
    case 4:
    case 34:
      return masked(data, [0, 32]);
    case 6:
      return String(data.length);
    case 59:
      return String(data.length);
    case 18:
      return masked(data, [0, 32], [64, 72]);
    default:
      return data.toString('hex');
  }
}
