/** Words that cannot be a name as they stand, as far as it matters where a name may follow. */
import type { Flavour } from './tokens.ts';

const BOTH =
  'all and as asc between by case check column constraint create cross current_date current_time current_timestamp default delete desc distinct drop else exists false fetch for foreign from full grant group having in inner insert into is join key lateral left like limit natural not null on or order outer primary references returning right select set table then to true union unique update using values when where window with';
const MYSQL =
  'add alter analyze before both change collate convert cube current_user database databases dec decimal delayed describe distinctrow div double dual each enclosed escaped except explain float force fulltext high_priority if ignore index infile int integer intersect interval keys kill leading lines load lock low_priority match mod numeric optimize option outfile procedure purge range read regexp rename replace require restrict rlike rows schema schemas separator show sql_calc_found_rows starting straight_join terminated trailing trigger undo unlock unsigned usage use varchar write xor zerofill';
const POSTGRES =
  'analyse analyze any array asymmetric both cast collate deferrable do end except ilike initially intersect isnull leading localtime localtimestamp notnull offset only overlaps placing similar some symmetric trailing user variadic verbose current_user session_user tablesample';

const WORDS: Readonly<Record<Flavour, ReadonlySet<string>>> = {
  mysql: new Set(`${BOTH} ${MYSQL}`.replace(/\b(full|fetch|end|user)\b/g, '').split(/\s+/)),
  postgres: new Set(
    `${BOTH} ${POSTGRES}`.replace(/\b(by|delete|drop|exists|insert|key|set|update|values)\b/g, '').split(/\s+/),
  ),
};

export function isReserved(word: string, flavour: Flavour): boolean {
  return WORDS[flavour].has(word);
}
