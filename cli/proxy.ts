import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export type LinkProxy = Awaited<ReturnType<typeof startProxy>>;
type Link = { near: Socket; far: Socket | null; pace: Transform };

/**
 * A TCP link to `targetPort` on this machine that can fail as a plant's network does, listening on
 * `port` (a free one if absent) of 127.0.0.1.
 */
export async function startProxy({ targetPort, port = 0 }: { targetPort: number; port?: number }) {
  const links = new Set<Link>();
  let bytesPerS = Number.POSITIVE_INFINITY;
  let state: 'open' | 'cut' | 'frozen' = 'open';

  function accept(near: Socket): void {
    if (state === 'cut') {
      breakOff(near.on('error', () => undefined));
      return;
    }
    const link: Link = { near, far: null, pace: paceBy(() => bytesPerS) };
    links.add(link);
    near.setNoDelay(true);
    near.on('error', () => drop(link)).on('close', () => drop(link));
    if (state === 'frozen') near.pause();
    else join(link);
  }

  function join(link: Link): void {
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    link.far = far;
    far.on('error', () => drop(link)).on('close', () => drop(link));
    flow(link.near, link.pace, far);
  }

  function drop(link: Link): void {
    links.delete(link);
    link.near.destroy();
    link.far?.destroy();
  }

  function resetAll(): void {
    for (const { near, far } of links) {
      breakOff(near);
      if (far) breakOff(far);
    }
    links.clear();
  }

  const server = createServer(accept);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    /** Breaks every connection and, until healed, every new one at once. */
    cut(): void {
      state = 'cut';
      resetAll();
    },
    /**
     * A black hole: connections stay and new ones are taken, but no byte and no ending comes
     * through. What was sent meanwhile arrives when healed, as on a network that lost its way.
     */
    freeze(): void {
      state = 'frozen';
      for (const { near, far, pace } of links) {
        if (far) still(near, pace, far);
      }
    },
    /** Ends a cut or a freeze. */
    heal(): void {
      const before = state;
      state = 'open';
      if (before !== 'frozen') return;
      for (const link of links) {
        if (link.far) flow(link.near, link.pace, link.far);
        else join(link);
      }
    },
    /** Lets no more than this through towards the target, in each connection. */
    slow(most: number): void {
      bytesPerS = most;
    },
    /** Breaks every connection once; new ones are served. */
    reset: resetAll,
    async close(): Promise<void> {
      resetAll();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * Ends a connection with a reset. One that is ending already is only destroyed: a reset during the
 * shutdown is refused by the system library, and Node then waits for its end for ever.
 */
function breakOff(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

function paceBy(bytesPerS: () => number): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const waitMs = (chunk.length / bytesPerS()) * 1_000;
      if (waitMs < 1) done(null, chunk);
      else setTimeout(done, waitMs, null, chunk);
    },
  });
}

function flow(near: Socket, pace: Transform, far: Socket): void {
  near.pipe(pace).pipe(far);
  far.pipe(near);
}

function still(near: Socket, pace: Transform, far: Socket): void {
  near.unpipe(pace).pause();
  pace.unpipe(far).pause();
  far.unpipe(near).pause();
}
