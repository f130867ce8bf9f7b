import type { Rule } from '@daybook/contracts';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { sameRules } from './rule-list.js';

export const rulesQuery = queryOptions({ queryKey: ['rules'], queryFn: () => api<Rule[]>('GET', '/v1/rules') });

/** The rules are not those that were on screen; nothing was written. */
export class RulesChanged extends Error {}

/**
 * Writes the whole list, as the API takes it. It is read again just before: what another tab or a day page has changed
 * since is shown instead of overwritten.
 */
export function useRuleEdits() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ seen, wanted }: { seen: Rule[]; wanted: Rule[] }) => {
      const now = await api<Rule[]>('GET', '/v1/rules');
      if (!sameRules(seen, now)) {
        cache.setQueryData(rulesQuery.queryKey, now);
        throw new RulesChanged();
      }
      const written = await api<Rule[]>('PUT', '/v1/rules', { body: wanted });
      cache.setQueryData(rulesQuery.queryKey, written);
      return written;
    },
    // Drafts follow the rules.
    onSuccess: () => cache.invalidateQueries({ queryKey: ['day'] }),
  });
}
