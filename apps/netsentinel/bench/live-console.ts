/** A signed-in console in headless Chromium, on the page of one attacker's incident with its live terminal. */
import { openConsole } from '@netsentinel/testkit/browser';

export interface ConsoleOnIncident {
  /** Resolves with the time (epoch ms) at which the live terminal had drawn this text. Ask before it is typed. */
  shows(text: string): Promise<number>;
  close(): Promise<void>;
}

/** `url`: as `up` prints it, with the path that makes the first account. */
export async function launchConsoleOnIncident(url: string, address: string): Promise<ConsoleOnIncident> {
  const { origin, pathname, hash } = new URL(url);
  const console = await openConsole({ url: origin, signInPath: pathname + hash });
  await console.page.goto(`${origin}/incidents/`);
  await console.page.locator('[data-testid="incident"]', { hasText: address }).first().locator('a').first().click();
  await console.waitForTerminalText('Linux');
  return { shows: (text) => console.waitForTerminalText(text), close: () => console.close() };
}
