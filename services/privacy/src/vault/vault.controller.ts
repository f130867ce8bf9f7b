import { VAULT_CALLS } from '@daybook/contracts';
import { ForPeers } from '@daybook/service-kit';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Vaults } from './vaults.js';

const { create, factors, unlock, addFactor, keepOnly } = VAULT_CALLS;
type Asked<Call extends { question: z.ZodType }> = z.output<Call['question']>;

@Controller()
export class VaultController {
  constructor(@Inject(Vaults) private readonly vaults: Vaults) {}

  @Post(create.path)
  @HttpCode(200)
  @ForPeers('identity')
  async create(@Body({ schema: create.question }) { subject, factors: given }: Asked<typeof create>) {
    return { vault: await this.vaults.create(subject, given) };
  }

  @Post(factors.path)
  @HttpCode(200)
  @ForPeers('identity')
  async factors(@Body({ schema: factors.question }) { subject }: Asked<typeof factors>) {
    return { factors: await this.vaults.factors(subject) };
  }

  @Post(unlock.path)
  @HttpCode(200)
  @ForPeers('identity')
  async unlock(@Body({ schema: unlock.question }) asked: Asked<typeof unlock>) {
    const { subject, session, notAfter, candidates } = asked;
    return { unlocked: await this.vaults.unlock(subject, session, notAfter, candidates) };
  }

  @Post(addFactor.path)
  @HttpCode(200)
  @ForPeers('identity')
  async addFactor(@Body({ schema: addFactor.question }) { subject, by, factor }: Asked<typeof addFactor>) {
    return { factor: await this.vaults.addFactor(subject, by, factor) };
  }

  @Post(keepOnly.path)
  @HttpCode(200)
  @ForPeers('identity')
  async keepOnly(@Body({ schema: keepOnly.question }) { subject, kind, keep }: Asked<typeof keepOnly>) {
    await this.vaults.keepOnly(subject, kind, keep);
    return {};
  }
}
