import { problemCatalogue } from '@daybook/service-kit';

export const consentProblems = problemCatalogue({
  source_not_available: { status: 409, title: 'This source cannot be switched on yet' },
  consent_text_changed: { status: 409, title: 'The text you agreed to is not the current one' },
  not_consented: { status: 409, title: 'This source is off' },
  until_in_the_past: { status: 422, title: 'A pause ends in the future' },
});
