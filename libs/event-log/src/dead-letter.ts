import { deadLetterTopic, TOPICS, type Topic } from '@daybook/contracts';
import type { LogRecord, NewRecord } from './event-log.js';

/** The same bytes with where they were and why they could not be read; undefined where the topic must halt instead. */
export function deadLetter(
  topic: Topic,
  record: LogRecord,
  reason: string,
): { topic: string; record: NewRecord } | undefined {
  if (TOPICS[topic].onPoison === 'halt') return undefined;
  const headers = {
    ...record.headers,
    'origin-topic': topic,
    'origin-partition': String(record.partition),
    'origin-offset': record.offset.toString(),
    reason,
  };
  return { topic: deadLetterTopic(topic), record: { key: record.key, value: record.value, headers } };
}
