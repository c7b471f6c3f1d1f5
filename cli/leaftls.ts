/** Files by which a hub and its leaves show each other who they are, from the first byte. */
export type Tls = { caPath: string; certPath: string; keyPath: string };

/** As the configuration of a nats-server has it; nothing where nothing is given. */
export const tlsOf = (tls: Tls | undefined, more: object = {}) =>
  tls && {
    tls: {
      ...{ ca_file: tls.caPath, cert_file: tls.certPath, key_file: tls.keyPath },
      ...{ handshake_first: true, timeout: 5, ...more },
    },
  };
