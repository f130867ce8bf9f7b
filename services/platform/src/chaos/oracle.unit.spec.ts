import { describe, expect, it } from 'vitest';
import { type Attempt, judge, type Person } from './oracle.js';

const attempt = (startedAt: number, status = 202, accepted = 1): Attempt => ({
  startedAt,
  endedAt: startedAt + 1,
  status,
  accepted,
});
const person = (given: Partial<Person>): Person => ({
  sent: [],
  switchedOff: [],
  switchedOn: [],
  erased: [],
  reads: [],
  ...given,
});
const read = (startedAt: number, ...paths: string[]) => ({
  startedAt,
  counts: new Map(paths.map((path) => [path, paths.filter((other) => other === path).length])),
});
const findings = (given: Partial<Person>) => judge(person(given)).map(({ finding }) => finding);

describe('the oracle of a chaos run', () => {
  it('is content when everything acknowledged is there once', () => {
    const sent = [{ path: 'a', attempts: [attempt(10, 503, 0), attempt(20)] }];
    expect(findings({ sent, reads: [read(5), read(99, 'a')] })).toEqual([]);
  });

  it('finds what was acknowledged and is gone, but not what nobody was told', () => {
    expect(findings({ sent: [{ path: 'a', attempts: [attempt(10)] }], reads: [read(99)] })).toEqual(['lost']);
    expect(findings({ sent: [{ path: 'a', attempts: [attempt(10, 0, 0)] }], reads: [read(99)] })).toEqual([]);
  });

  it('finds what is there twice', () => {
    const sent = [{ path: 'a', attempts: [attempt(10)] }];
    expect(findings({ sent, reads: [read(99, 'a', 'a')] })).toEqual(['doubled']);
  });

  it('finds what can be read after its erasure was acknowledged, at any look', () => {
    const given = { sent: [{ path: 'a', attempts: [attempt(10)] }], erased: [{ startedAt: 20, endedAt: 30 }] };
    expect(findings({ ...given, reads: [read(15, 'a'), read(25, 'a'), read(99)] })).toEqual([]);
    expect(findings({ ...given, reads: [read(31, 'a'), read(99)] })).toEqual(['readable-after-erasure']);
  });

  it('holds an erasure to what was certainly before it, and keeps what came certainly after', () => {
    const erased = [{ startedAt: 20, endedAt: 30 }];
    expect(
      findings({ sent: [{ path: 'during', attempts: [attempt(25)] }], erased, reads: [read(99, 'during')] }),
    ).toEqual([]);
    expect(findings({ sent: [{ path: 'during', attempts: [attempt(25)] }], erased, reads: [read(99)] })).toEqual([]);
    expect(findings({ sent: [{ path: 'after', attempts: [attempt(31)] }], erased, reads: [read(99)] })).toEqual([
      'lost',
    ]);
  });

  it('finds what was accepted while the source was certainly off', () => {
    const sent = [{ path: 'a', attempts: [attempt(25)] }];
    const switchedOff = [{ startedAt: 10, endedAt: 20 }];
    const reads = [read(99, 'a')];
    expect(findings({ sent, switchedOff, reads })).toEqual(['accepted-after-opt-out']);
    expect(findings({ sent, switchedOff, switchedOn: [{ startedAt: 24, endedAt: 28 }], reads })).toEqual([]);
    expect(findings({ sent, switchedOff, switchedOn: [{ startedAt: 1, endedAt: 5 }], reads })).toEqual([
      'accepted-after-opt-out',
    ]);
  });
});
