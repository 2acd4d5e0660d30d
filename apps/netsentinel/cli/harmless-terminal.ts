/**
 * Makes recorded terminal output safe to write to a person's terminal: text, newline, tab, backspace, colours (SGR), cursor movement and
 * erasing pass (ECMA-48); window titles, clipboard writes, queries that make the terminal answer, and all other controls become visible.
 */
const ESC = '\u001b';
/** CSI finals that only draw: A–H cursor, J K erase, L M P @ X insert and delete, S T scroll, d f G position, m colour, r region, s u save. */
const DRAWING = /^[0-9;]*[A-HJKLMPSTXdfGmrsu@]$/;
const MODES = /^\?(?:1|7|12|25|47|1049|2004)[hl]$/;

export function harmless(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const code = c.charCodeAt(0);
    if (c === ESC && text[i + 1] === '[') {
      let end = i + 2;
      while (end < text.length && end - i < 64 && !/[@-~]/.test(text[end]!)) end++;
      const body = text.slice(i + 2, end + 1);
      if (DRAWING.test(body) || MODES.test(body)) {
        // Alternate screens and modes would outlive the replay; drawing stays.
        if (DRAWING.test(body)) out += `${ESC}[${body}`;
        i = end;
        continue;
      }
    }
    if (code >= 0x20 && code !== 0x7f && !(code >= 0x80 && code <= 0x9f)) out += c;
    else if (c === '\n' || c === '\r' || c === '\t' || c === '\b') out += c;
    else if (code !== 0x07 && code !== 0) out += `\\x${code.toString(16).padStart(2, '0')}`;
  }
  return out;
}
