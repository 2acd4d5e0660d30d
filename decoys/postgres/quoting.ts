/** Names and texts as a statement would have to write them. */

const RESERVED = new Set(
  'all analyse analyze and any array as asc asymmetric between bigint bit boolean both case cast char check coalesce collate column constraint create cross current_date default desc distinct do else end except exists false fetch for foreign from full grant group having in inner insert int integer intersect into is isnull join key leading left like limit natural not null numeric offset on only or order outer position precision primary real references returning right row select session_user set setof similar smallint some substring symmetric table then time timestamp to trailing treat trim true union unique user using values varchar when where window with'
    .split(' ')
    .filter((word) => word !== 'key'),
);

/** A name as it has to be written: in quotes where it would be read as something else. */
export function quoteIdent(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}
