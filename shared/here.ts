const ownHosts = ['127.0.0.1', '::1', '[::1]', 'localhost'];

/** Whether a host is this machine, so that nobody else hears what is said to it. */
export const isOwnHost = (host: string): boolean => ownHosts.includes(host);
