/** Injection tokens of what is not a class. */
export const AUTH = Symbol('auth');
export const PUBLIC_URL = Symbol('public url');
