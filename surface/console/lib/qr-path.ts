/** A text as a QR code (ISO/IEC 18004), drawn as one SVG path. */
import newCode from 'qrcode-generator';

/** Light modules around it, without which scanners do not find it. */
const QUIET = 4;

/** `size`: of the square that the path is drawn in, a module being 1. */
export function qrPath(text: string): { readonly path: string; readonly size: number } {
  // 0: as small as the text allows; M: readable with 15 % of it lost.
  const code = newCode(0, 'M');
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  let path = '';
  for (let row = 0; row < count; row++)
    for (let column = 0; column < count; column++)
      if (code.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
  return { path, size: count + 2 * QUIET };
}
