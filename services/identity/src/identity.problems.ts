import { problemCatalogue } from '@daybook/service-kit';

export const identityProblems = problemCatalogue({
  welcome_code_invalid: { status: 403, title: 'This link was used, has expired or is not one of ours' },
  account_exists: { status: 409, title: 'There is an account with this e-mail address' },
  unlock_refused: { status: 403, title: 'That does not open your vault' },
  vault_opens: { status: 409, title: 'Your password opens your vault already' },
  settings_too_large: { status: 422, title: 'Too many settings' },
});
