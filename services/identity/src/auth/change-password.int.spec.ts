import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, type IdentityHarness, PASSWORD } from '../identity-harness.js';
import { Installation } from '../identity-installation.spec.js';

const NEW_PASSWORD = 'a new and different sentence';

describe('changing the password', () => {
  let installation: Installation;
  let identity: IdentityHarness;
  let ada: Browser;
  beforeAll(async () => {
    installation = await Installation.start();
    ({ identity, ada } = installation);
  });
  afterEach(() => installation.mend());
  afterAll(() => installation?.stop());

  let bob: Browser;
  beforeEach(async () => {
    bob = await identity.account(ada);
    await installation.arrived();
  });

  it('keeps the vault open, with the new password and the recovery code, and no longer with the old one', async () => {
    const elsewhere = bob.another();
    await elsewhere.signIn();
    expect((await bob.changePassword(PASSWORD, NEW_PASSWORD, true)).status).toBe(200);
    expect(await elsewhere.actor()).toBeNull();
    expect(await installation.opensDays(bob)).toBe(true);
    const again = bob.another();
    expect((await again.signIn(PASSWORD)).status).toBe(401);
    expect((await again.signIn(NEW_PASSWORD)).status).toBe(200);
    expect(await installation.opensDays(again)).toBe(true);
    expect((await again.unlock({ password: PASSWORD })).status).toBe(403);
    expect((await again.unlock({ recoveryCode: bob.recoveryCode })).status).toBe(200);
    expect(await installation.opensDays(again)).toBe(true);
  });

  it('cut short before the new hash: the old password signs in and opens, and the other wrap goes', async () => {
    installation.faults.addFactor = 'after';
    expect((await bob.changePassword(PASSWORD, NEW_PASSWORD)).status).toBe(500);
    delete installation.faults.addFactor;
    // What the crash left: the wrap of a password that is not the account's.
    expect((await bob.unlock({ password: NEW_PASSWORD })).status).toBe(200);
    const again = bob.another();
    expect((await again.signIn(PASSWORD)).status).toBe(200);
    expect(await installation.opensDays(again)).toBe(true);
    expect((await again.unlock({ password: NEW_PASSWORD })).status).toBe(403);
  });

  it('cut short after the new hash: the new password signs in and opens, and the old wrap goes', async () => {
    installation.faults.keepOnly = 'before';
    await bob.changePassword(PASSWORD, NEW_PASSWORD);
    delete installation.faults.keepOnly;
    expect((await bob.unlock({ password: PASSWORD })).status).toBe(200);
    const again = bob.another();
    expect((await again.signIn(NEW_PASSWORD)).status).toBe(200);
    expect(await installation.opensDays(again)).toBe(true);
    expect((await again.unlock({ password: PASSWORD })).status).toBe(403);
  });

  it('would lose the vault if the second wrap were forgotten (control)', async () => {
    installation.faults.addFactor = 'nothing';
    expect((await bob.changePassword(PASSWORD, NEW_PASSWORD)).status).toBe(200);
    const again = bob.another();
    expect((await again.signIn(NEW_PASSWORD)).status).toBe(200);
    expect(await installation.opensDays(again)).toBe(false);
  });

  it('refuses a wrong current password and a short new one, and changes nothing', async () => {
    expect((await bob.changePassword('something else entirely', NEW_PASSWORD)).status).toBe(400);
    expect((await bob.changePassword(PASSWORD, 'short')).status).toBe(400);
    expect((await bob.unlock({ password: 'short' })).status).toBe(403);
    expect((await bob.another().signIn(PASSWORD)).status).toBe(200);
  });
});
