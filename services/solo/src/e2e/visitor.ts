import type { Browser, Page } from 'playwright-core';
import { axe, watched } from './browser.js';

/** A page of somebody in Berlin who is not signed in yet. */
export async function visitor(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport: DESKTOP,
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  return watched(await context.newPage());
}

/** What is wrong with the state that is on screen now: on a desktop in light, on a phone in dark, and wider than the phone. */
export async function wrongOnScreens(page: Page): Promise<string[]> {
  const wrong = await axe(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  wrong.push(...(await axe(page)));
  const over = (await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')) as number;
  if (over > 0) wrong.push(`${over} px wider than a phone`);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(DESKTOP);
  return wrong;
}

const DESKTOP = { width: 1440, height: 900 };
