import { describe, expect, it } from 'vitest';
import { scheduleTrouble, scheduleWords } from './schedule.js';

const hours = { from: '08:00', to: '18:00' };

describe('a schedule in words', () => {
  it('names a range where days follow each other, whatever their order', () => {
    expect(scheduleWords({ days: [5, 1, 3, 2, 4], ...hours })).toBe('Mon – Fri, 08:00 – 18:00');
    expect(scheduleWords({ days: [6, 7], ...hours })).toBe('Sat, Sun, 08:00 – 18:00');
    expect(scheduleWords({ days: [1, 3, 4, 5], ...hours })).toBe('Mon, Wed, Thu, Fri, 08:00 – 18:00');
    expect(scheduleWords({ days: [1, 2, 3, 4, 5, 6, 7], ...hours })).toBe('Every day, 08:00 – 18:00');
  });
  it('says that it ends on the next day', () => {
    expect(scheduleWords({ days: [1], from: '22:00', to: '06:00' })).toBe('Mon, 22:00 – 06:00 the next day');
  });
});

describe('a schedule that cannot be kept', () => {
  it('says what is missing', () => {
    expect(scheduleTrouble({ days: [], ...hours })).toMatch('day');
    expect(scheduleTrouble({ days: [1], from: '', to: '18:00' })).toMatch('times');
    expect(scheduleTrouble({ days: [1], from: '08:00', to: '08:00' })).toMatch('same');
    expect(scheduleTrouble({ days: [1], ...hours })).toBeUndefined();
  });
});
