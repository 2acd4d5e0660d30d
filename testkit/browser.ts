/** Chromium as a person's browser: pages of the console, watched for scripts that ran, policies broken and errors logged. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium unless `NETSENTINEL_CHROMIUM` names another. The caller closes it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['NETSENTINEL_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ARGS,
    headless: true,
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the page's console, exceptions, dialogs, answers of 5xx: none on a healthy page. */
  readonly complaints: string[];
}

/** A page in a context of its own (no cookies). */
export async function watchedPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`);
  });
  return { page, complaints };
}

export interface OpenConsole {
  readonly page: Page;
  readonly complaints: readonly string[];
  /**
   * Resolves when the live terminal shows this text, with the page's own time at which it had been drawn (epoch ms with fractions,
   * comparable with `Date.now()` on the same machine). Ask before the text is caused.
   */
  waitForTerminalText(text: string): Promise<number>;
  close(): Promise<void>;
}

/** Opens the console and makes the first account with the link's path (`/setup/#token`). */
export async function openConsole(options: {
  readonly url: string;
  readonly signInPath: string;
}): Promise<OpenConsole> {
  const browser = await launchBrowser();
  try {
    const { page, complaints } = await watchedPage(browser, { ignoreHTTPSErrors: true });
    await page.goto(options.url + options.signInPath);
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill('a password for tests');
    await page.getByRole('button').click();
    await page.locator('header.top').waitFor();
    return { page, complaints, waitForTerminalText: (text) => drawnAt(page, text), close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** The time at which the live terminal first showed `text` in a frame. */
export function drawnAt(page: Page, text: string, timeoutMs = 30_000): Promise<number> {
  return page.evaluate(`(${DRAWN_AT})(${JSON.stringify(text)}, ${timeoutMs})`);
}

/** Runs in the page, whose types are not ours here. A frame that has the text is drawn when the task after its animation frame runs. */
const DRAWN_AT = `(wanted, timeoutMs) => new Promise((resolve, reject) => {
  // Lines joined, so that a text which wraps is found too.
  const shows = () => [...document.querySelectorAll('[data-testid="live-terminal"] .ap-line')]
    .map((line) => line.textContent.replaceAll('\\u00a0', ' ')).join('').includes(wanted);
  const observer = new MutationObserver(() => { if (shows()) done(); });
  const timer = setTimeout(() => {
    observer.disconnect();
    reject(new Error('the terminal did not show the text within ' + timeoutMs + ' ms'));
  }, timeoutMs);
  const done = () => {
    observer.disconnect();
    clearTimeout(timer);
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
      channel.port2.postMessage(undefined);
    });
  };
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  if (shows()) done();
})`;
