import { DOOR_CALL, type DoorAnswer, type DoorQuestion } from '@daybook/contracts';
import { ForPeers } from '@daybook/service-kit';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { PrivacyDoor } from './privacy-door.js';

@Controller()
export class DoorController {
  constructor(@Inject(PrivacyDoor) private readonly door: PrivacyDoor) {}

  @Post(DOOR_CALL.path)
  @HttpCode(200)
  @ForPeers('ingestion')
  ask(@Body({ schema: DOOR_CALL.question }) question: DoorQuestion): Promise<DoorAnswer> {
    return this.door.ask(question);
  }
}
