import { certificateText } from '../shared/pki.ts';
import type { Look } from './symptom.ts';

/** Where each is renewed that a program names by itself; others by who put them into the config. */
const places: Readonly<Record<string, string>> = {
  tls: 'put the new one, with its key, in the place of tls.certPath and tls.keyPath',
  opcua: 'put the new one in the place of own/certs/edge.pem, and let each machine trust it',
  leaf: 'put the new one beside the leaf, and restart the leaf',
  hub: 'put the new one beside the hub, and restart the hub',
};
const elsewhere = 'put the new one in the place of the file that certificates names';

/** Certificates that end within a month, or are no good now. */
export const certificates: Look = ({ certificates: known = [] }) =>
  known.flatMap((one) => {
    const says = certificateText(one);
    if (says === undefined) return [];
    const level = one.state === 'soon' ? ('warn' as const) : ('bad' as const);
    const place = places[one.name] ?? elsewhere;
    const next = one.state === 'early' ? 'see which clock is wrong: timedatectl' : place;
    return [{ level, about: 'certificate', says, next: `${next} (docs/credentials.md)` }];
  });
