import type { ActivityItem, RuleMatch } from './days.js';

type Test = (item: Pick<ActivityItem, 'title' | 'detail'>) => boolean;

/** What a rule says of an item: the same on the server that drafts and on the page that explains. */
export function ruleMatcher(match: RuleMatch): Test {
  if ('folder' in match) return inFolder(match.folder);
  if ('site' in match) return onSite(match.site);
  const keyword = match.keyword.toLowerCase();
  return (item) => item.title.toLowerCase().includes(keyword);
}

/** A folder covers what lies below it, on segment boundaries; Windows paths too. */
function inFolder(folder: string): Test {
  const outer = slashes(folder);
  const prefix = outer.endsWith('/') ? outer : `${outer}/`;
  return ({ detail: { path } }) => {
    if (typeof path !== 'string') return false;
    const inner = slashes(path);
    return inner === outer || inner.startsWith(prefix);
  };
}
export const slashes = (path: string): string => (/^[A-Za-z]:\\/.test(path) ? path.replaceAll('\\', '/') : path);

/** A site covers its subdomains; with a path, what lies below it. */
function onSite(site: string): Test {
  const [wantedHost, ...wantedPath] = placeOf(site.replace(/\/$/, ''));
  return ({ detail: { address } }) => {
    if (typeof address !== 'string' || !wantedHost) return false;
    const [host, ...path] = placeOf(address);
    const sameHost = host === wantedHost || host.endsWith(`.${wantedHost}`);
    return sameHost && wantedPath.every((segment, n) => path[n] === segment);
  };
}

/** Host in small letters, then the path's segments. */
export function placeOf(address: string): [host: string, ...path: string[]] {
  const [host = '', ...path] = address.replace(/^https?:\/\//i, '').split('/');
  return [host.toLowerCase(), ...path];
}
