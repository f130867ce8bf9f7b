import {
  type Candidate,
  type FactorKind,
  type FactorRef,
  type NewFactor,
  type SessionRef,
  type SubjectRef,
  type Unlocked,
  VAULT_CALLS,
  type Vault,
  type VaultFactor,
  type VaultRef,
} from '@daybook/contracts';
import { askPeer, type PeerClient } from '@daybook/service-kit';

/** The vaults of a privacy in another process. */
export class HttpVault implements Vault {
  constructor(private readonly privacy: PeerClient) {}

  async create(subject: SubjectRef, factors: NewFactor[]): Promise<VaultRef> {
    return (await askPeer(this.privacy, VAULT_CALLS.create, { subject, factors })).vault;
  }

  async factors(subject: SubjectRef): Promise<VaultFactor[]> {
    return (await askPeer(this.privacy, VAULT_CALLS.factors, { subject })).factors;
  }

  async unlock(
    subject: SubjectRef,
    session: SessionRef,
    notAfter: Date,
    candidates: Candidate[],
  ): Promise<Unlocked | null> {
    return (await askPeer(this.privacy, VAULT_CALLS.unlock, { subject, session, notAfter, candidates })).unlocked;
  }

  async addFactor(subject: SubjectRef, by: Candidate, factor: NewFactor): Promise<FactorRef | null> {
    return (await askPeer(this.privacy, VAULT_CALLS.addFactor, { subject, by, factor })).factor;
  }

  async keepOnly(subject: SubjectRef, kind: FactorKind, keep: FactorRef): Promise<void> {
    await askPeer(this.privacy, VAULT_CALLS.keepOnly, { subject, kind, keep });
  }
}
