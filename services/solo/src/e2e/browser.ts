import { AxeBuilder } from '@axe-core/playwright';
import { type Account, findChromium } from '@daybook/testing';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const launch = () => ({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

export const openBrowser = (): Promise<Browser> => chromium.launch(launch());

/** The person's other browser: with a profile, and so with a history. */
export const openProfile = (folder: string): Promise<BrowserContext> =>
  chromium.launchPersistentContext(folder, launch());

/** A page of a browser of its own, in which this account is signed in with its vault open. */
export async function signedIn(
  browser: Browser,
  account: Account,
  { width = 1440, dark = false }: { width?: number; dark?: boolean } = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: width < 720 ? 844 : 900 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    baseURL: account.url,
    locale: 'en-GB',
  });
  const cookies = account.cookieHeader().split('; ').filter(Boolean);
  await context.addCookies(
    cookies.map((cookie) => ({
      name: cookie.slice(0, cookie.indexOf('=')),
      value: cookie.slice(cookie.indexOf('=') + 1),
      url: account.url,
      httpOnly: true,
    })),
  );
  return watched(await context.newPage());
}

const heard = new WeakMap<Page, string[]>();

/** Starts listening to what a page complains about; {@link signedIn} does it for its page. */
export function watched(page: Page): Page {
  const lines: string[] = [];
  heard.set(page, lines);
  page.on('pageerror', (error) => lines.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // Answers below 500 and a lost connection are what a page must show in words; its spec asserts those words.
    const expected = /^Failed to load resource: (the server responded with a status of 4\d\d|net::ERR_)/;
    if (message.type() === 'error' && !expected.test(message.text())) lines.push(`console: ${message.text()}`);
  });
  return page;
}

/** Errors of scripts and of the content security policy since the page was opened. */
export const complaints = (page: Page): string[] => heard.get(page) ?? ['nobody listened to this page'];

/** What WCAG 2.2 AA finds wrong on the page as it is now: one line per rule and element. */
export async function axe(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} · ${node.failureSummary?.replaceAll('\n', ' ')}`),
  );
}
