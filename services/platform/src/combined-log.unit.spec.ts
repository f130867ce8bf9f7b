import { describe, expect, it } from 'vitest';
import { CombinedLog, readable } from './combined-log.js';

describe('the combined log', () => {
  it('shows who said what, one line each, however the pieces came', () => {
    let text = '';
    const log = new CombinedLog({ write: (line) => (text += line), colour: false });
    const timeline = log.of('timeline');
    const privacy = log.of('privacy-2');
    timeline('{"level":50,"time":"2026-11-25T08:09:10.111Z","service":"timeline","code":"hal');
    privacy('plain words\nand more');
    timeline('ted","msg":"a consumer has halted"}\n');
    privacy('\n');
    expect(text).toBe(
      [
        'privacy-2  │ plain words',
        'timeline   │ 08:09:10 ERROR a consumer has halted code=halted',
        'privacy-2  │ and more',
        '',
      ].join('\n'),
    );
  });

  it('leaves alone what is not one of our lines', () => {
    expect(readable('{ not json')).toBe('{ not json');
    expect(readable('Kafka Server started')).toBe('Kafka Server started');
  });
});
