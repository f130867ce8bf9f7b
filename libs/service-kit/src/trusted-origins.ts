const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Origins from which a browser may act for a signed-in person: the public address. A loopback address has several names, and people
 * type any of them.
 */
export function trustedOrigins(publicUrl: string): string[] {
  const { hostname, port, protocol, origin } = new URL(publicUrl);
  if (!LOOPBACK.includes(hostname)) return [origin];
  return LOOPBACK.map((name) => `${protocol}//${name}${port && `:${port}`}`);
}
