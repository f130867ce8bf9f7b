import { type BrokerGrant, Rules } from '@daybook/contracts';
import { Answers, For, Refuses } from '@daybook/service-kit';
import { Body, Controller, Delete, Get, HttpCode, Inject, Put } from '@nestjs/common';
import { Grant } from '../broker-grant.js';
import { RuleBook } from './rules.js';

const UniqueRules = Rules.refine(
  (rules) => new Set(rules.map((rule) => rule.id)).size === rules.length,
  'two rules have the same id',
).meta({ id: 'RuleList' });

@Controller('v1/rules')
@For('person')
export class RuleController {
  constructor(@Inject(RuleBook) private readonly rules: RuleBook) {}

  @Get()
  @Answers(200, Rules, 'Your rules in your order; the first that matches wins')
  @Refuses(401, 423, 503)
  read(@Grant() grant: BrokerGrant) {
    return this.rules.read(grant);
  }

  @Put()
  @HttpCode(200)
  @Answers(200, Rules)
  @Refuses(401, 403, 422, 423, 503)
  replace(@Grant() grant: BrokerGrant, @Body({ schema: UniqueRules }) list: Rules) {
    return this.rules.replace(grant, list);
  }

  @Delete()
  @HttpCode(204)
  @Answers(204)
  @Refuses(401, 403, 423, 503)
  async clear(@Grant() grant: BrokerGrant): Promise<void> {
    await this.rules.replace(grant, []);
  }
}
