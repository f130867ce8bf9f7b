import { problemCatalogue } from '@daybook/service-kit';

export const ingestionProblems = problemCatalogue({
  consent_required: { status: 403, title: 'This source is switched off' },
  erased: { status: 410, title: 'What this batch holds was erased' },
});
