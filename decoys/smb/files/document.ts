/** Bytes for planned files: what their names promise (PDF, Office, archives, programs, pictures), of exactly the planned size, the same at every reading. */
import { deflateRawSync, crc32 } from 'node:zlib';
import type { Persona } from '../../persona/persona.types.ts';
import { SeededRandom } from '../../persona/seeded-random.ts';
import type { PlannedFile } from './share-plan.ts';

const MAGIC: Readonly<Record<string, readonly number[]>> = {
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52],
  jpg: [0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0],
  gz: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3],
  exe: [0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xff, 0xff, 0, 0],
  dll: [0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xff, 0xff, 0, 0],
  msi: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
  kdbx: [0x03, 0xd9, 0xa2, 0x9a, 0x67, 0xfb, 0x4b, 0xb5, 0, 0, 4, 0],
  dwg: [0x41, 0x43, 0x31, 0x30, 0x33, 0x32, 0, 0],
  mp4: [0, 0, 0, 0x20, 0x66, 0x74, 0x79, 0x70, 0x69, 0x73, 0x6f, 0x6d],
};
const TEXT_KINDS = new Set(['txt', 'log', 'ini', 'xml', 'csv', 'cmd', 'ps1', 'inf', 'md']);

export function documentBytes(file: PlannedFile, persona: Persona): Uint8Array {
  if (file.text !== undefined) return Buffer.from(file.text);
  const kind = /\.([a-z0-9]+)$/i.exec(file.path)?.[1]?.toLowerCase() ?? '';
  const noise = (length: number): Buffer => noiseOf(file, persona, length);
  if (kind === 'pdf') return pdf(file, persona, noise);
  if (kind === 'docx' || kind === 'xlsx' || kind === 'pptx') return office(kind, file, persona, noise);
  if (TEXT_KINDS.has(kind)) return textOf(file, persona);
  const bytes = noise(file.size);
  bytes.set((MAGIC[kind] ?? []).slice(0, file.size));
  return bytes;
}

function noiseOf(file: PlannedFile, persona: Persona, length: number): Buffer {
  const random = new SeededRandom(persona.derive(`smb file ${file.path}`, 32), 'noise');
  const bytes = Buffer.alloc(Math.ceil(length / 4) * 4);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(random.next(), at);
  return bytes.subarray(0, length);
}

function textOf(file: PlannedFile, persona: Persona): Buffer {
  const line = `${persona.organization.name} - ${file.path.split('/').at(-1)!}\r\n`;
  return Buffer.from(line.repeat(Math.ceil(file.size / line.length))).subarray(0, file.size);
}

function title(file: PlannedFile): string {
  return file.path
    .split('/')
    .at(-1)!
    .replace(/\.[^.]+$/, '');
}

/** A page with the file's name, and a picture's worth of bytes that no page shows. */
function pdf(file: PlannedFile, persona: Persona, noise: (length: number) => Buffer): Buffer {
  const text = `BT /F1 18 Tf 72 760 Td (${persona.organization.name.replaceAll(/[()\\]/g, '')}) Tj 0 -32 Td (${title(file).replaceAll(/[()\\]/g, '')}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let head = '%PDF-1.5\n%\xe2\xe3\xcf\xd3\n';
  const offsets: number[] = [];
  for (const [i, object] of objects.entries()) {
    offsets.push(head.length);
    head += `${i + 1} 0 obj\n${object}\nendobj\n`;
  }
  const trailer = (streamAt: number, fill: number): string => {
    const start = `6 0 obj\n<< /Length ${String(fill).padStart(8, '0')} >>\nstream\n`;
    const end = '\nendstream\nendobj\n';
    const at = streamAt + start.length + fill + end.length;
    const rows = [...offsets, streamAt].map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
    return `${start}\0${end}xref\n0 7\n0000000000 65535 f \n${rows}trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n${String(at).padStart(8, '0')}\n%%EOF\n`;
  };
  const fixed = head.length + trailer(head.length, 0).length - 1;
  const fill = Math.max(0, file.size - fixed);
  const [before, after] = trailer(head.length, fill).split('\0');
  return Buffer.concat([Buffer.from(head + before!, 'latin1'), noise(fill), Buffer.from(after!, 'latin1')]).subarray(
    0,
    file.size,
  );
}

/** An Office document with the file's name in it and a picture that fills it up. */
function office(kind: string, file: PlannedFile, persona: Persona, noise: (length: number) => Buffer): Buffer {
  const main = kind === 'docx' ? 'word/document.xml' : kind === 'xlsx' ? 'xl/workbook.xml' : 'ppt/presentation.xml';
  const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n';
  const words = `${title(file)} – ${persona.organization.name}`.replaceAll(/[<>&]/g, '');
  const body =
    kind === 'docx'
      ? `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${words}</w:t></w:r></w:p></w:body></w:document>`
      : `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets/><!-- ${words} --></workbook>`;
  const relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="${main}"/></Relationships>`;
  const types = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/></Types>`;
  const parts: (readonly [string, Buffer])[] = [
    ['[Content_Types].xml', Buffer.from(xml + types)],
    ['_rels/.rels', Buffer.from(xml + relations)],
    [main, Buffer.from(xml + body)],
  ];
  const picture = `${main.split('/')[0]!}/media/image1.png`;
  const fixed = zip([...parts, [picture, Buffer.alloc(0)]]).length;
  return zip([...parts, [picture, noise(Math.max(0, file.size - fixed))]]);
}

function zip(parts: readonly (readonly [string, Buffer])[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, data] of parts) {
    const stored = name.endsWith('.png');
    const packed = stored ? data : deflateRawSync(data);
    const label = Buffer.from(name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(stored ? 0 : 8, 4);
    shared.writeUInt32LE(0x0021_0000, 6);
    shared.writeUInt32LE(crc32(data), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(data.length, 18);
    shared.writeUInt16LE(label.length, 22);
    local.push(Buffer.from('504b0304', 'hex'), shared, label, packed);
    const where = Buffer.alloc(14);
    where.writeUInt32LE(at, 10);
    central.push(Buffer.from('504b01021400', 'hex'), shared, where, label);
    at += 30 + label.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...local, directory, end]);
}
