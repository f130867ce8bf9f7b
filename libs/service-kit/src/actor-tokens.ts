import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Actor, Actor as ActorSchema, type Audience } from '@daybook/contracts';
import { jwtVerify, SignJWT } from 'jose';
import { problems } from './problems.js';

/** Seconds a token lives. The gateway asks for the session on every request, so a revoked one is refused at once all the same. */
const LIFETIME = 60;
/** A cached token is handed out while it has at least this long to live. */
const SPARE = 20;

export interface ActorKeys {
  privateKey: KeyObject;
  publicKey: KeyObject;
}
export const newActorKeys = (): ActorKeys => generateKeyPairSync('ed25519');

/** The gateway's half: vouches for somebody towards one audience. Signing is reused for the same actor and audience while the token is fresh. */
export class ActorSigner {
  private readonly fresh = new Map<string, { token: string; until: number }>();

  constructor(
    private readonly privateKey: KeyObject,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async sign(audience: Audience, actor: Actor): Promise<string> {
    const seconds = Math.floor(this.now().getTime() / 1000);
    const key = `${audience} ${JSON.stringify(actor)}`;
    const known = this.fresh.get(key);
    if (known && known.until - SPARE > seconds) return known.token;
    const token = await new SignJWT({ actor })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setAudience(audience)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + LIFETIME)
      .sign(this.privateKey);
    if (this.fresh.size > 10_000) this.fresh.clear();
    this.fresh.set(key, { token, until: seconds + LIFETIME });
    return token;
  }
}

/** A service's half: accepts tokens for its own audience only. */
export class ActorVerifier {
  private readonly seen = new Map<string, { actor: Actor; until: number }>();

  constructor(
    private readonly audience: Audience,
    private readonly publicKey: KeyObject,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Throws `unauthenticated` for a missing, forged, expired or foreign token. */
  async verify(token: string | undefined): Promise<Actor> {
    if (!token) throw problems.unauthenticated();
    const now = this.now();
    const known = this.seen.get(token);
    if (known && known.until > now.getTime() / 1000) return known.actor;
    try {
      const { payload } = await jwtVerify(token, this.publicKey, {
        audience: this.audience,
        algorithms: ['EdDSA'],
        currentDate: now,
      });
      const actor = ActorSchema.parse(payload.actor);
      if (this.seen.size > 10_000) this.seen.clear();
      this.seen.set(token, { actor, until: payload.exp ?? 0 });
      return actor;
    } catch {
      throw problems.unauthenticated();
    }
  }
}
