import { setTimeout as realSleep } from 'node:timers/promises';
import { DOOR_LEASE_MS } from '@daybook/contracts';
import { randomFrom, VirtualTime } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW, type Person, PrivacyHarness } from '../privacy-harness.js';

const FULL = process.env.DAYBOOK_PROVE === '1';

interface Time {
  now: () => number;
  sleep: (milliseconds: number) => Promise<void>;
}
interface Seen {
  /** When batches were appended under a lease. */
  appended: number[];
  /** When switching off was acknowledged, by whoever asked for it. */
  acknowledged: number[];
  /** Milliseconds that each acknowledgement took. */
  took: number[];
}
const acceptedAfter = ({ appended, acknowledged }: Seen) =>
  appended.filter((at) => acknowledged.some((acknowledgement) => at > acknowledgement)).length;

/** The very answers of the door, held as long as ingestion may, while the person switches off from two windows. */
function interleaving(privacy: PrivacyHarness, person: Person, time: Time, random: () => number) {
  const seen: Seen = { appended: [], acknowledged: [], took: [] };
  const upTo = (milliseconds: number) => time.sleep(Math.floor(random() * milliseconds));
  const batches = async () => {
    for (let n = 0; n < 2; n++) {
      const sent = time.now();
      await upTo(60);
      const { state } = await privacy.ask(person);
      // Sealing takes as long as it takes; what counts is whether the answer is still fresh when it is used, to the last moment.
      await (random() < 0.5
        ? upTo(DOOR_LEASE_MS * 1.5)
        : time.sleep(Math.max(0, sent + DOOR_LEASE_MS - 1 - time.now())));
      if (state !== 'off' && time.now() - sent < DOOR_LEASE_MS) seen.appended.push(time.now());
    }
  };
  const switchOff = async (everything: boolean) => {
    await upTo(1_000);
    const asked = time.now();
    const url = `/v1/privacy/consents${everything ? '' : '/files'}`;
    const { status } = await privacy.request(person, 'PUT', url, { state: 'off' });
    if (status !== 200) throw new Error(`not switched off: ${status}`);
    seen.acknowledged.push(time.now());
    seen.took.push(time.now() - asked);
  };
  return {
    seen,
    actors: [batches, batches, batches, batches, () => switchOff(false), () => switchOff(true), () => switchOff(false)],
  };
}

describe('switching off (P5)', () => {
  describe('on a fixed clock', () => {
    let privacy: PrivacyHarness;
    let time: VirtualTime;
    let waits = true;
    beforeAll(async () => {
      privacy = await PrivacyHarness.start({
        wait: (milliseconds) => (waits ? time.sleep(milliseconds) : Promise.resolve()),
      });
      time = new VirtualTime(privacy.clock);
    });
    afterAll(() => privacy.stop());

    const runs = async (count: number) => {
      let person = await privacy.newPerson();
      const late: number[] = [];
      let appended = 0;
      for (let seed = 1; seed <= count; seed++) {
        // Nobody switches a source thousands of times; everybody has a stream of their own.
        if (seed % 100 === 0) person = await privacy.newPerson();
        privacy.clock.set(new Date(Date.parse(NOW) + seed * 10_000));
        await privacy.switchOn(person);
        const { seen, actors } = interleaving(privacy, person, time, randomFrom(seed));
        await time.run(actors);
        appended += seen.appended.length;
        if (acceptedAfter(seen) > 0) late.push(seed);
      }
      return { late, appended };
    };

    it('accepts nothing after the acknowledgement, in every order of batches and switching off', {
      timeout: 1_200_000,
    }, async () => {
      const count = FULL ? 10_000 : 500;
      const { late, appended } = await runs(count);
      expect(late).toEqual([]);
      expect(appended).toBeGreaterThan(count);
    });

    it('would be caught if it were acknowledged at once (control)', async () => {
      waits = false;
      const { late } = await runs(20);
      waits = true;
      expect(late.length).toBeGreaterThan(10);
    });
  });

  it('is acknowledged within a second, and accepts nothing after it, in real time', { timeout: 60_000 }, async () => {
    const privacy = await PrivacyHarness.start({ realTime: true });
    const time: Time = { now: () => performance.now(), sleep: async (milliseconds) => realSleep(milliseconds) };
    const all: Seen[] = [];
    // Ten at a time: the acknowledgement is measured, not the machine.
    for (let round = 0; round < 5; round++) {
      const running = Array.from({ length: 10 }, async (_, n) => {
        const person = await privacy.newPerson();
        await privacy.switchOn(person);
        const { seen, actors } = interleaving(privacy, person, time, randomFrom(round * 10 + n));
        await Promise.all(actors.map((actor) => actor()));
        return seen;
      });
      all.push(...(await Promise.all(running)));
    }
    await privacy.stop();
    expect(all.map(acceptedAfter)).toEqual(Array(50).fill(0));
    const took = all.flatMap((seen) => seen.took).sort((a, b) => a - b);
    expect(took[Math.ceil(took.length * 0.99) - 1]).toBeLessThan(1_000);
    expect(took[0]).toBeGreaterThanOrEqual(DOOR_LEASE_MS - 1);
  });
});
