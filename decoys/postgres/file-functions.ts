/** Functions that reach the machine's files, and large objects, by which attackers bring files in and out. */
import type { Value } from '../sql/values.ts';
import type { PgDialect } from './pg-dialect.ts';
import { fault } from './pg-faults.ts';
import { INT4, INT8, OID, TEXT, VOID } from './pg-types.ts';
import { parseValue } from './pg-values.ts';
import { strict, text, type SessionFunction } from './function-makers.ts';

export const fileFunctions: Readonly<Record<string, SessionFunction>> = {
  pg_read_file: strict(TEXT, (dialect, args) => Buffer.from(readFile(dialect, args)).toString('utf8')),
  pg_read_binary_file: strict({ name: 'bytea' }, (dialect, args) => readFile(dialect, args)),
  pg_file_write: strict(INT8, ({ session }, [file, content]) => {
    session.writeFile(serverPath(file), Buffer.from(text(content)));
    return text(content).length;
  }),
  lo_import: strict(OID, (dialect, [file, wanted]) => {
    const content = dialect.session.readFile(serverPath(file));
    if (content === undefined)
      throw fault('58P01', `could not open server file "${text(file)}": No such file or directory`, {
        where: ['lo_import_internal', 'be-fsstubs.c', 422],
      });
    return dialect.session.keepObject(content, wanted === undefined ? 0 : Number(wanted));
  }),
  lo_export: strict(INT4, ({ session }, [oid, file]) => {
    const content = session.world.objects.get(Number(oid));
    if (content === undefined)
      throw fault('42704', `large object ${text(oid)} does not exist`, { where: ['inv_open', 'inv_api.c', 285] });
    session.writeFile(serverPath(file), content);
    return 1;
  }),
  lo_create: strict(OID, ({ session }, [oid]) => session.keepObject(new Uint8Array(0), Number(oid))),
  lo_creat: strict(OID, ({ session }) => session.keepObject(new Uint8Array(0), 0)),
  lo_from_bytea: strict(OID, ({ session }, [oid, content]) =>
    session.keepObject(content instanceof Uint8Array ? content : Buffer.from(text(content)), Number(oid)),
  ),
  lo_get: strict({ name: 'bytea' }, ({ session }, [oid]) => session.world.objects.get(Number(oid)) ?? null),
  lo_put: strict(VOID, ({ session }, [oid, offset, content]) => {
    const old = Buffer.from(session.world.objects.get(Number(oid)) ?? new Uint8Array(0));
    const bytes =
      content instanceof Uint8Array ? content : (parseValue(text(content), { name: 'bytea' }) as Uint8Array);
    const at = Math.min(Number(offset), 16_777_216);
    const merged = Buffer.alloc(Math.max(old.length, at + bytes.length));
    old.copy(merged);
    merged.set(bytes, at);
    session.keepObject(merged, Number(oid));
    return '';
  }),
  lo_unlink: strict(INT4, ({ session }, [oid]) => {
    if (!session.world.dropObject(Number(oid)))
      throw fault('42704', `large object ${text(oid)} does not exist`, { where: ['inv_drop', 'inv_api.c', 348] });
    return 1;
  }),
  pg_stat_file: strict({ name: 'record' }, (dialect, [file]) => {
    const content = dialect.session.readFile(serverPath(file));
    if (content === undefined)
      throw fault('58P01', `could not stat file "${text(file)}": No such file or directory`, {
        where: ['pg_stat_file', 'genfile.c', 441],
      });
    return [content.length, dialect.session.bootText, dialect.session.bootText, dialect.session.bootText, null, false];
  }),
};

/** A file on the server, relative to its data directory. */
export function serverPath(value: Value | undefined): string {
  const said = text(value);
  return said.startsWith('/') ? said : `/var/lib/postgresql/15/main/${said}`;
}

function readFile(dialect: PgDialect, args: readonly Value[]): Uint8Array {
  const said = text(args[0]);
  const content = dialect.session.readFile(serverPath(args[0]));
  if (content === undefined)
    throw fault('58P01', `could not open file "${said}" for reading: No such file or directory`, {
      where: ['read_binary_file', 'genfile.c', 121],
    });
  return args.length >= 3 ? content.subarray(Number(args[1]), Number(args[1]) + Number(args[2])) : content;
}
