import type { Day } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { keptMonths } from './retention.js';

describe('the months that are kept (P19)', () => {
  it('are this one and the two before, over the turn of a year too', () => {
    expect(keptMonths({ keptFrom: '2026-04-01' as Day, schedule: { months: 3 } })).toEqual(['April', 'May', 'June']);
    expect(keptMonths({ keptFrom: '2026-11-01' as Day, schedule: { months: 3 } })).toEqual([
      'November',
      'December',
      'January',
    ]);
  });
});
