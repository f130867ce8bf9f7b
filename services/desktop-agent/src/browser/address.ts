const LONGEST = 2_048;

/** scheme + host + path. Query, fragment and user may hold secrets and never get further; other schemes are not web sites. */
export function cutAddress(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, host, pathname } = new URL(url);
  const address = `${protocol}//${host}${pathname}`;
  return (protocol === 'http:' || protocol === 'https:') && host && [...address].length <= LONGEST
    ? address
    : undefined;
}
