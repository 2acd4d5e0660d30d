/** Where the console is, as a browser finds it. */
import type { NetSentinelConfig } from './netsentinel.config.ts';

/** Without a slash at its end. `isTls`: whether it is served with a certificate. */
export function consoleUrl({ console }: Pick<NetSentinelConfig, 'console'>, isTls: boolean): string {
  return `${isTls ? 'https' : 'http'}://${urlHost(console.address)}:${console.port}`;
}

/** The address as a browser on this machine may open it. */
export function urlHost(address: string): string {
  if (address === '0.0.0.0' || address === '::') return 'localhost';
  return address.includes(':') ? `[${address}]` : address;
}
