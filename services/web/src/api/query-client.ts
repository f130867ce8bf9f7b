import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './client.js';

/** Called when a request finds that nobody is signed in (any more). */
let signedOut: () => void = () => undefined;
export const onSignedOut = (listener: () => void): void => {
  signedOut = listener;
};

const noticed = (error: unknown): void => {
  if (error instanceof ApiProblem && error.status === 401) signedOut();
};

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticed }),
  mutationCache: new MutationCache({ onError: noticed }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      // What the server refused it will refuse again; what it could not do now may work in a moment.
      retry: (failures, error) =>
        error instanceof ApiProblem && (error.status === 0 || error.status >= 500) && failures < 2,
    },
  },
});
