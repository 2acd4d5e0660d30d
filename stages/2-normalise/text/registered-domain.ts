/**
 * Who owns a domain name, as well as it can be told without the list of public suffixes: the last two labels, or three where a country's registry sells
 * below `co`, `com`, `ac` and their kin. Wrong for private suffixes (`github.io`), where the host's owner is named instead.
 */

export interface DomainParts {
  name: string;
  registered_domain: string | undefined;
  subdomain: string | undefined;
  top_level_domain: string | undefined;
}

const BELOW_COUNTRIES = new Set(
  'ac co com edu gob gouv gov go govt id in ltd me mil ne net nhs nom or org plc police sch school web'.split(' '),
);

export function domainParts(name: string): DomainParts {
  const parts: DomainParts = { name, registered_domain: undefined, subdomain: undefined, top_level_domain: undefined };
  const end = name.endsWith('.') ? name.length - 1 : name.length;
  const last = name.lastIndexOf('.', end - 1);
  if (last <= 0 || last === end - 1 || isDigit(name.charCodeAt(end - 1)) || name.includes(':')) return parts;
  let suffix = last;
  if (end - last === 3) {
    const second = name.lastIndexOf('.', last - 1);
    if (second > 0 && BELOW_COUNTRIES.has(name.slice(second + 1, last).toLowerCase())) suffix = second;
  }
  const owner = name.lastIndexOf('.', suffix - 1);
  parts.top_level_domain = name.slice(suffix + 1, end);
  parts.registered_domain = name.slice(owner + 1, end);
  if (owner > 0) parts.subdomain = name.slice(0, owner);
  return parts;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
