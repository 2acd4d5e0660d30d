/** Errors in PostgreSQL 15's words, with the state, routine, file and line that its server sends beside them. */
import { type FaultDetails, type Faults, SqlFault } from '../sql/sql-fault.ts';

type Where = readonly [routine: string, file: string, line: number];

/** Where in PostgreSQL 15.x each error is raised. */
const WHERE: Readonly<Record<string, Where>> = {
  '42601': ['scanner_yyerror', 'scan.l', 1188],
  '42P01': ['parserOpenTable', 'parse_relation.c', 1392],
  '42703': ['errorMissingColumn', 'parse_relation.c', 3665],
  '42702': ['colNameToVar', 'parse_relation.c', 898],
  '42883': ['ParseFuncOrColumn', 'parse_func.c', 629],
  '42712': ['checkNameSpaceConflicts', 'parse_relation.c', 443],
  '42P10': ['findTargetlistEntrySQL92', 'parse_clause.c', 2018],
  '42803': ['check_ungrouped_columns_walker', 'parse_agg.c', 1484],
  '21000': ['ExecSetParamPlan', 'nodeSubplan.c', 1157],
  '22012': ['int4div', 'int.c', 869],
  '22003': ['int4pl', 'int.c', 826],
  '22P02': ['pg_strtoint32', 'numutils.c', 232],
  '23505': ['_bt_check_unique', 'nbtinsert.c', 664],
  '23502': ['ExecConstraints', 'execMain.c', 2039],
  '42P07': ['heap_create_with_catalog', 'heap.c', 1454],
  '42P06': ['NamespaceCreate', 'pg_namespace.c', 62],
  '42P04': ['createdb', 'dbcommands.c', 1241],
  '3D000': ['InitPostgres', 'postinit.c', 948],
  '3F000': ['get_namespace_oid', 'namespace.c', 3099],
  '42704': ['typenameType', 'parse_type.c', 270],
  '28P01': ['auth_failed', 'auth.c', 334],
  '28000': ['InitializeSessionUserId', 'miscinit.c', 755],
  '57014': ['ProcessInterrupts', 'postgres.c', 3207],
  '53200': ['AllocSetAlloc', 'aset.c', 924],
  '54001': ['check_stack_depth', 'postgres.c', 3491],
  '25P02': ['exec_simple_query', 'postgres.c', 1081],
  '26000': ['FetchPreparedStatement', 'prepare.c', 451],
  '42P05': ['StorePreparedStatement', 'prepare.c', 412],
  '58P01': ['OpenTransientFilePerm', 'fd.c', 2452],
  '42846': ['transformTypeCast', 'parse_expr.c', 2665],
};

export function fault(state: string, message: string, details: Omit<FaultDetails, 'state'> = {}): SqlFault {
  const where = details.where ?? (Object.hasOwn(WHERE, state) ? WHERE[state] : undefined);
  return new SqlFault(message, { severity: 'ERROR', ...details, state, ...(where === undefined ? {} : { where }) });
}

export const pgFaults: Faults = {
  syntax(text, at, end) {
    if (end && text === '')
      return fault('42601', 'syntax error at end of input', { at, where: ['scanner_yyerror', 'scan.l', 1180] });
    if (text.startsWith('/*')) return fault('42601', `unterminated /* comment at or near "${text}"`, { at });
    if (text.startsWith("'") && !text.endsWith("'"))
      return fault('42601', `unterminated quoted string at or near "${text}"`, { at });
    if (text.startsWith('"') && !text.endsWith('"'))
      return fault('42601', `unterminated quoted identifier at or near "${text}"`, { at });
    return fault('42601', `syntax error at or near "${text}"`, { at });
  },
  unknownColumn(path, _, at, known) {
    if (known === true) return fault('42703', `column ${path.join('.')} does not exist`, { at });
    if (path.length > 1)
      return fault('42P01', `missing FROM-clause entry for table "${path.at(-2)}"`, {
        at,
        where: ['errorMissingRTE', 'parse_relation.c', 3617],
      });
    return fault('42703', `column "${path[0]}" does not exist`, { at });
  },
  ambiguousColumn: (path, _, at) => fault('42702', `column reference "${path.at(-1)}" is ambiguous`, { at }),
  unknownTable: (path, at) => fault('42P01', `relation "${path.join('.')}" does not exist`, { at }),
  unknownFunction: (path, types, at) =>
    fault('42883', `function ${path.join('.')}(${types.map(shownType).join(', ')}) does not exist`, {
      at,
      hint: 'No function matches the given name and argument types. You might need to add explicit type casts.',
    }),
  unknownAlias: (name, at) =>
    name === ''
      ? fault('42601', 'SELECT * with no tables specified is not valid', {
          at,
          where: ['ExpandAllTables', 'parse_target.c', 1335],
        })
      : fault('42P01', `missing FROM-clause entry for table "${name}"`, {
          at,
          where: ['errorMissingRTE', 'parse_relation.c', 3617],
        }),
  duplicateAlias: (name) => fault('42712', `table name "${name}" specified more than once`),
  unknownPosition: (position, clause, at) =>
    fault('42P10', `${clause === 'order clause' ? 'ORDER' : 'GROUP'} BY position ${position} is not in select list`, {
      at,
    }),
  ungrouped: (name, at) =>
    fault('42803', `column "${name}" must appear in the GROUP BY clause or be used in an aggregate function`, { at }),
  subqueryRows: () => fault('21000', 'more than one row returned by a subquery used as an expression'),
  subqueryColumns: (at) =>
    fault('42601', 'subquery must return only one column', { at, where: ['transformSubLink', 'parse_expr.c', 1823] }),
  unionColumns: (at) =>
    fault('42601', 'each UNION query must have the same number of columns', {
      at,
      where: ['transformSetOperationTree', 'analyze.c', 2172],
    }),
  unknownWindow: (name, at) =>
    fault('42704', `window "${name}" does not exist`, { at, where: ['transformWindowFuncCall', 'parse_agg.c', 892] }),
  misusedAggregate: (clause, at) =>
    fault(
      '42803',
      `aggregate functions are not allowed in ${clause === 'where clause' ? 'WHERE' : clause === 'group statement' ? 'GROUP BY' : clause === 'on clause' ? 'JOIN conditions' : 'FROM clause of their own query level'}`,
      { at, where: ['check_agglevels_and_constraints', 'parse_agg.c', 603] },
    ),
  valueCount: (_, at, than) =>
    than !== undefined
      ? fault(
          '42601',
          than === 'more'
            ? 'INSERT has more expressions than target columns'
            : 'INSERT has more target columns than expressions',
          { at, where: ['transformInsertRow', 'analyze.c', than === 'more' ? 1017 : 1035] },
        )
      : fault('42601', 'VALUES lists must all be the same length', {
          at,
          where: ['transformValuesClause', 'analyze.c', 1547],
        }),
  tooMuch(what) {
    if (what === 'time')
      return fault('57014', 'canceling statement due to statement timeout', {
        where: ['ProcessInterrupts', 'postgres.c', 3184],
      });
    if (what === 'depth')
      return fault('54001', 'stack depth limit exceeded', {
        hint: 'Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the platform\'s stack depth limit is adequate.',
      });
    return fault('53100', 'could not extend file "base/16384/2608": No space left on device', {
      hint: 'Check free disk space.',
      where: ['mdextend', 'md.c', 439],
    });
  },
};

const SHOWN: Readonly<Record<string, string>> = {
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  bool: 'boolean',
  float8: 'double precision',
  float4: 'real',
  varchar: 'character varying',
  bpchar: 'character',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
  char: '"char"',
};

export function shownType(name: string): string {
  const base = name.replace(/\[\]$/, '');
  return (SHOWN[base] ?? base) + (name.endsWith('[]') ? '[]' : '');
}
