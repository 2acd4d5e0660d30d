/** Chromium as a person's browser: pages of the console, watched for scripts that ran, policies broken and errors logged. */
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Read at each launch: a test may set it once its own is made. */
const executablePath = (): string => process.env['NETSENTINEL_CHROMIUM'] ?? '/usr/bin/chromium';

/** Debian's Chromium unless `NETSENTINEL_CHROMIUM` names another. The caller closes it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath(), args: ARGS, headless: true });
}

/** A browser whose cookies another program shares that drives it by its debugging port on loopback. The caller closes it. */
export function launchPersistent(profile: string, debuggingPort: number): Promise<BrowserContext> {
  const args = [...ARGS, `--remote-debugging-port=${debuggingPort}`];
  return chromium.launchPersistentContext(profile, { executablePath: executablePath(), args, headless: true });
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
    // The next page's styles are fetched ahead, and not every page is looked at.
    if (message.type() === 'warning' && message.text().includes('was preloaded using link preload but not used'))
      return;
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
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
    await page.keyboard.press('Enter');
    await page.locator('header.top').waitFor();
    return { page, complaints, waitForTerminalText: (text) => drawnAt(page, text), close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** The time at which the live terminal first showed `text` in a frame; with `selector` any such element. */
export function drawnAt(
  page: Page,
  text: string,
  timeoutMs = 30_000,
  selector = '[data-testid="live-terminal"] .ap-line',
): Promise<number> {
  return page.evaluate(`(${DRAWN_AT})(${JSON.stringify(text)}, ${timeoutMs}, ${JSON.stringify(selector)})`);
}

/** Runs in the page, whose types are not ours here. A frame that has the text is drawn when the task after its animation frame runs. */
const DRAWN_AT = `(wanted, timeoutMs, selector) => new Promise((resolve, reject) => {
  // Lines joined, so that a text which wraps is found too.
  const shows = () => [...document.querySelectorAll(selector)]
    .map((line) => line.textContent.replaceAll('\\u00a0', ' ')).join('').includes(wanted);
  const observer = new MutationObserver(() => { if (shows()) done(); });
  const timer = setTimeout(() => {
    observer.disconnect();
    reject(new Error('the page did not show the text within ' + timeoutMs + ' ms'));
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

/** Texts of the page that are hard to read: their contrast with the nearest background is under 4.5 (WCAG 2.2, 1.4.3). */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(`(${FAINT})()`);
}

/** Runs in the page. */
const FAINT = `() => {
  const rgb = (text) => { const m = text.match(/[\\d.]+/g).map(Number); return text.startsWith('color(') ? [...m.slice(0, 3).map((v) => v * 255), ...m.slice(3)] : m; };
  const over = (top, below) => { const a = top[3] ?? 1; return top.slice(0, 3).map((v, i) => v * a + below[i] * (1 - a)); };
  const behindOf = (element) => { if (!element) return [255, 255, 255]; const own = rgb(getComputedStyle(element).backgroundColor); return (own[3] ?? 1) === 1 ? own : over(own, behindOf(element.parentElement)); };
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim() !== '');
    if (!own || element.closest('.terminal') || element.getClientRects().length === 0) continue;
    const back = behindOf(element);
    const [a, b] = [light(over(rgb(getComputedStyle(element).color), back)), light(back)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push(element.className + ' ' + element.textContent.slice(0, 20) + ' ' + contrast.toFixed(2));
  }
  return faint;
}`;
