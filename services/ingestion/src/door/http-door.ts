import { DOOR_CALL, type Door, type DoorAnswer, type DoorQuestion } from '@daybook/contracts';
import { askPeer, type PeerClient } from '@daybook/service-kit';

/** The door of a privacy in another process. */
export class HttpDoor implements Door {
  constructor(private readonly privacy: PeerClient) {}

  ask(question: DoorQuestion): Promise<DoorAnswer> {
    return askPeer(this.privacy, DOOR_CALL, question);
  }
}
