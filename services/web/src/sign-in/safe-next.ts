const HERE = 'https://here.invalid';
/** Pages for somebody who is not signed in; coming back to one would go in circles. */
const OUTSIDE = ['/sign-in', '/welcome', '/forgot-password', '/reset-password'];

/** Where `?next=` leads after the sign-in: a path of this site, else the start page. It must never send anybody to another site. */
export function safeNext(next: string | undefined): string {
  if (!next || !/^\/(?![/\\])/.test(next)) return '/';
  let url: URL;
  try {
    url = new URL(next, HERE);
  } catch {
    return '/';
  }
  const path = url.pathname;
  if (url.origin !== HERE || path.startsWith('//') || OUTSIDE.includes(path)) return '/';
  return path + url.search + url.hash;
}
