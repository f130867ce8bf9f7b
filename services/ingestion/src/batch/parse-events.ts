import { type ActivityEvent, type DropReason, EVENT_SCHEMAS, Retract, type Source } from '@daybook/contracts';

export interface CapturedEvent {
  event: ActivityEvent;
  /** When it was captured, epoch milliseconds: what day and consent go by. */
  at: number;
  /** Meetings may lie ahead. */
  mayBeAhead: boolean;
}

const COMMON = new Set(['id', 'rev', 'op']);

/** New objects from the allow-list (P3): what is not named there never leaves this function. A bad event is counted, the others go on. */
export function parseEvents(
  source: Source,
  events: readonly unknown[],
  drop: (reason: DropReason) => void,
): CapturedEvent[] {
  const schema = EVENT_SCHEMAS[source];
  const known = Object.keys(schema.shape).filter((name) => !COMMON.has(name));
  return events.flatMap((given): CapturedEvent[] => {
    const retract = isObject(given) && given.op === 'retract';
    const parsed = (retract ? Retract : schema).safeParse(given);
    if (!parsed.success) {
      drop(isObject(given) && !retract && !known.some((name) => name in given) ? 'unknown_field_only' : 'invalid');
      return [];
    }
    const event = parsed.data as ActivityEvent;
    const at = 'at' in event ? event.at : 'start' in event ? event.start : event.hour;
    return [{ event, at: Date.parse(at), mayBeAhead: source === 'google-calendar' }];
  });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
