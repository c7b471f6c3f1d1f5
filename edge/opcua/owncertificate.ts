import { join } from 'node:path';

/** What this edge shows to machines, within its folder of certificates. */
export const ownCertificate = (folder: string): string => join(folder, 'own', 'certs', 'edge.pem');
