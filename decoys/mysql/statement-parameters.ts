/** Prepared statements on the wire: what is told of them before they run, and the values that they are run with. */
import type { ResultSet } from '../sql/relation.ts';
import { Decimal, type Value } from '../sql/values.ts';
import { fault, syntaxFault } from './mysql-faults.ts';
import type { MysqlSession } from './mysql-session.ts';
import type { PayloadReader } from './packets.ts';

/** The columns of a statement's answer and how many values it takes, without running it where that can be. */
export function describeColumns(
  sql: MysqlSession,
  reader: ReturnType<MysqlSession['read']>,
  text: string,
): { columns: ResultSet['columns']; parameters: number } {
  const { input } = reader;
  if (input.isWord('prepare', 'use'))
    throw fault(1295, 'HY000', 'This command is not supported in the prepared statement protocol yet');
  if (!reader.startsQuery() && !input.isWord('show', 'describe', 'desc', 'explain')) {
    let parameters = 0;
    while (!input.ended()) if (input.next().kind === 'parameter') parameters++;
    return { columns: [], parameters };
  }
  if (reader.startsQuery()) {
    sql.statement = text;
    sql.parameters = [];
    const query = reader.query();
    while (input.takeOperator(';'));
    if (!input.ended()) throw syntaxFault(sql.server.product, text.slice(input.token.at), 1);
    return { columns: sql.columnsOf(query), parameters: input.parameters };
  }
  return { columns: sql.execute(text).result?.columns ?? [], parameters: 0 };
}

/** A value of COM_STMT_EXECUTE. `code`: the type of the protocol, and 0x8000 where it is unsigned. */
export function readParameter(reader: PayloadReader, code: number): Value {
  const unsigned = (code & 0x8000) !== 0;
  switch (code & 0xff) {
    case 1: {
      const value = reader.u8();
      return unsigned ? value : (value << 24) >> 24;
    }
    case 2:
    case 13: {
      const value = reader.u16();
      return unsigned ? value : (value << 16) >> 16;
    }
    case 3:
    case 9: {
      const value = reader.u32();
      return unsigned ? value : value | 0;
    }
    case 8: {
      const bytes = reader.bytes(8);
      const value = unsigned ? bytes.readBigUInt64LE(0) : bytes.readBigInt64LE(0);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    case 4:
      return reader.bytes(4).readFloatLE(0);
    case 5:
      return reader.bytes(8).readDoubleLE(0);
    case 6:
      return null;
    case 0:
    case 246:
      return Decimal.parse(reader.blob().toString('latin1')) ?? null;
    case 7:
    case 10:
    case 12: {
      const at = reader.bytes(reader.u8());
      if (at.length < 4) return '0000-00-00 00:00:00';
      const two = (value: number): string => String(value).padStart(2, '0');
      const day = `${String(at.readUInt16LE(0)).padStart(4, '0')}-${two(at[2]!)}-${two(at[3]!)}`;
      return (code & 0xff) === 10 ? day : `${day} ${two(at[4] ?? 0)}:${two(at[5] ?? 0)}:${two(at[6] ?? 0)}`;
    }
    default:
      return reader.blob().toString('utf8');
  }
}
