import { digest } from '../../shared/codec.ts';
import type { Content } from '../../shared/event.ts';

/** Who signs what is asked, as it was proved. */
export type Signing = Readonly<{
  person: string;
  name: string; // printed
  meaning: string;
  components: 1 | 2;
  credentialUntilMs: number;
}>;
type Moment = Pick<Content, 'eventId' | 'atMs' | 'recordedMs' | 'clock'>;

/** The signature of a fact, bound to its stored `bytes`: whoever has both can check it. */
export const signatureOf = (
  { person, ...said }: Signing,
  { correlationId, eventId: fact }: Content,
  bytes: Buffer,
  now: Moment,
): Content => ({
  ...{ actor: person, correlationId, causationId: fact, ...now },
  ...{ type: 'PersonSigned', version: 1 },
  body: { person, ...said, fact, hash: digest(bytes).toString('hex') },
});
