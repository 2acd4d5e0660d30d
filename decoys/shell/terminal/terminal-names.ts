/** Terminals that a Debian system knows without `ncurses-term`, as its terminfo has them; a server asks on for a name until it knows one. */
const FAMILIES =
  'eterm ansi cons25 cygwin dumb hurd linux mach pcansi rxvt screen sun tmux vt100 vt102 vt220 vt52 wsvt25 wsvt25m xterm';
const MEMBERS =
  'eterm-color cons25-debian mach-bold mach-color mach-gnu mach-gnu-color rxvt-basic rxvt-m rxvt-unicode ' +
  'rxvt-unicode-256color screen-256color screen-256color-bce screen-bce screen-s screen-w screen.xterm-256color ' +
  'tmux-256color xterm-256color xterm-color xterm-debian xterm-mono xterm-r5 xterm-r6 xterm-vt220 xterm-xfree86';
const KNOWN = new Set(`${FAMILIES} ${MEMBERS}`.split(' '));

/** @param name in small letters */
export function isKnownTerminal(name: string): boolean {
  return KNOWN.has(name);
}
