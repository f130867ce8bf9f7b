import type { Door } from '@daybook/contracts';
import type { Metrics } from './metrics.js';

/**
 * Times questions to the door. Not what it answered, nor how many leases are in use: that would count who is tracked right now and who
 * opted out (P6).
 */
export function meteredDoor(door: Door, metrics: Metrics): Door {
  const durations = metrics.histogram('daybook_door_answer_duration_seconds');
  return {
    ask: async (question) => {
      const end = durations.startTimer();
      try {
        const answer = await door.ask(question);
        end({ outcome: 'answered' });
        return answer;
      } catch (error) {
        end({ outcome: 'refused' });
        throw error;
      }
    },
  };
}
