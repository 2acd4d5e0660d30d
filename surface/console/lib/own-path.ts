/** Only a path of ours: what comes in an address may be somebody else's idea. */
export function ownPath(path: string | null): string {
  return path !== null && path.length <= 512 && /^\/(?!\/)[\w/?=&%~.-]*$/.test(path) ? path : '/';
}
