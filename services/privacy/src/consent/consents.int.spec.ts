import { CONSENT_TEXT_VERSION } from '@daybook/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrivacyHarness } from '../privacy-harness.js';

describe('consent per source (P5)', () => {
  let privacy: PrivacyHarness;
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
  });
  afterAll(() => privacy.stop());

  it('names the version that the person agreed to, and the current one where there is nothing agreed', async () => {
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    const older = CONSENT_TEXT_VERSION - 1;
    await privacy.database.query(
      `UPDATE consent SET state = jsonb_set(state::jsonb, '{version}', to_jsonb($2::int)) WHERE subject = $1`,
      [person.subject, older],
    );
    expect((await privacy.request(person, 'GET', '/v1/privacy/consents/files')).body).toMatchObject({ version: older });
    expect((await privacy.request(person, 'GET', '/v1/privacy/consents/web')).body).toEqual({
      source: 'web',
      state: 'off',
      version: CONSENT_TEXT_VERSION,
    });
  });

  it('goes on after a pause without the text, but never switches on without it', async () => {
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    await privacy.consent(person, { state: 'paused' });
    expect((await privacy.consent(person, { state: 'on' })).body).toMatchObject({ state: 'on' });
    await privacy.consent(person, { state: 'off' });
    expect(await privacy.consent(person, { state: 'on' })).toMatchObject({
      status: 409,
      body: { code: 'consent_text_changed' },
    });
    expect((await privacy.request(person, 'GET', '/v1/privacy/consents/files')).body).toMatchObject({ state: 'off' });
  });
});
