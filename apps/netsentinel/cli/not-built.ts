/** The line that says what a machine would open and nobody can play yet. */
export function notBuiltLine(notBuilt: readonly { readonly decoy: string; readonly port: number }[]): string {
  const names = [...new Set(notBuilt.map(({ decoy, port }) => `${decoy} (${port})`))].join(', ');
  return `not played yet, so not started: ${names}`;
}
