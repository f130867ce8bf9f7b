import { TOPICS, type Topic, type TopicValue } from '@daybook/contracts';
import { type LogRecord, type NewRecord, PoisonRecord } from './event-log.js';

/** Topics whose values are JSON of a schema, not sealed bytes. */
export type JsonTopic = { [T in Topic]: (typeof TOPICS)[T]['value'] extends 'sealed' ? never : T }[Topic];

/** A record of a JSON topic; the value is checked against the topic's schema before it leaves. */
export function jsonRecord<T extends JsonTopic>(topic: T, key: string, value: TopicValue<T>): NewRecord {
  return { key, value: Buffer.from(JSON.stringify(TOPICS[topic].value.parse(value))) };
}

/** The value of a record, checked. Throws {@link PoisonRecord} for what is not JSON or not of the topic's types. */
export function decode<T extends JsonTopic>(topic: T, record: LogRecord): TopicValue<T> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(record.value).toString('utf8'));
  } catch {
    throw new PoisonRecord(record, 'undecodable');
  }
  const parsed = TOPICS[topic].value.safeParse(json);
  if (!parsed.success) throw new PoisonRecord(record, 'unknown_type');
  return parsed.data as TopicValue<T>;
}
