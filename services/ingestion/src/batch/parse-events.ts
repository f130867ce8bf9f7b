import {
  type ActivityEvent,
  BATCH_LIMITS,
  type DropReason,
  EVENT_SCHEMAS,
  Retract,
  type Source,
} from '@daybook/contracts';

export interface CapturedEvent {
  event: ActivityEvent;
  /** When it was captured, epoch milliseconds: what day and consent go by. */
  at: number;
  /** How far ahead of now it may lie, in milliseconds. */
  mayBeAhead: number;
}

const COMMON = new Set(['id', 'rev', 'op']);

/** New objects from the allow-list (P3): what is not named there never leaves this function. A bad event is counted, the others go on. */
export function parseEvents(
  source: Source,
  events: readonly unknown[],
  drop: (reason: DropReason) => void,
): CapturedEvent[] {
  const schema = EVENT_SCHEMAS[source];
  const { aheadSeconds, meetingAheadSeconds } = BATCH_LIMITS;
  const mayBeAhead = (source === 'google-calendar' ? meetingAheadSeconds : aheadSeconds) * 1_000;
  return events.flatMap((given): CapturedEvent[] => {
    const parsed = (isRetract(given) ? Retract : schema).safeParse(given);
    if (!parsed.success) {
      drop(hasUnknownFieldsOnly(given, schema.shape) ? 'unknown_field_only' : 'invalid');
      return [];
    }
    const event = parsed.data as ActivityEvent;
    const at = 'at' in event ? event.at : 'start' in event ? event.start : event.hour;
    return [{ event, at: Date.parse(at), mayBeAhead }];
  });
}

/** It says something, and nothing of it is on the list. */
function hasUnknownFieldsOnly(given: unknown, known: object): boolean {
  if (!isObject(given) || isRetract(given)) return false;
  const fields = Object.keys(given).filter((name) => !COMMON.has(name));
  return fields.length > 0 && !fields.some((name) => Object.hasOwn(known, name));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isRetract = (value: unknown): boolean => isObject(value) && value.op === 'retract';
