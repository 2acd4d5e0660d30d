/** What busybox's shell says wherever it starts on a terminal. */
import type { Persona } from '../persona/persona.types.ts';

export function ashGreeting({ software }: Persona): string {
  const banner = software.busybox?.banner ?? 'BusyBox';
  return `\n\n${banner} built-in shell (ash)\nEnter 'help' for a list of built-in commands.\n\n`;
}
