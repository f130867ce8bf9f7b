import { api } from '../api/client.js';
import { queryClient } from '../api/query-client.js';

export const signIn = (email: string, password: string): Promise<void> =>
  api('POST', '/api/auth/sign-in/email', { body: { email, password } });

export const isSignedIn = async (): Promise<boolean> =>
  (await api<object | null>('GET', '/api/auth/get-session').catch(() => null)) !== null;

/** Ends the session, and forgets in this tab whatever was on screen. */
export async function signOut(): Promise<void> {
  await api('POST', '/api/auth/sign-out', { body: {} }).catch(() => undefined);
  queryClient.clear();
  window.location.assign('/sign-in');
}
