// Makes a clone ready to run: the locked dependencies, Node 24 among them, and a nats-server.
// Plain JavaScript on whatever Node calls it (20 or later); the second run finds all in place.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const node = join(bin, 'node');
const nodePackage = join(root, 'node_modules', 'node');
const installTimeoutMs = 10 * 60_000;
const provisionTimeoutMs = 5 * 60_000;

/** Ends the program with words that say what a person can do. */
function fail(message) {
  process.stderr.write(`setup: ${message}\n`);
  process.exit(1);
}

/** The version of each package in a lock file, by its path; null if there is no such file. */
function locked(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}

const wanted = locked(join(root, 'package-lock.json'));

/** True if node_modules holds what the lock names; what is optional may lack on this machine. */
function isInstalled() {
  const found = locked(join(root, 'node_modules', '.package-lock.json'));
  if (!found) return false;
  const same = (path) =>
    found[path]?.version === wanted[path]?.version &&
    found[path]?.integrity === wanted[path]?.integrity;
  const complete = Object.keys(wanted).every(
    (path) => path === '' || same(path) || (wanted[path].optional && !found[path]),
  );
  return complete && Object.keys(found).every(same);
}

/** Runs a step with one line that says what it does; its own output is shown only if it fails. */
function step(what, command, args, options) {
  process.stderr.write(`setup: ${what} … `);
  const startMs = performance.now();
  // The npm that runs us has put our own Node first, which `npm ci` is about to take away.
  const path = (process.env.PATH ?? '').split(delimiter).filter((part) => part !== bin);
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, PATH: path.join(delimiter) },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: installTimeoutMs,
    ...options,
  });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const done = result.status === 0;
  process.stderr.write(done ? `${seconds} s\n` : `failed after ${seconds} s\n`);
  if (!done) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  if (result.error?.code === 'ENOENT') fail(`${command} is not on the PATH; install Node with npm`);
  return done;
}

/**
 * No install scripts: those packages of ours that have native parts ship them built, and building
 * them anew would ask for a compiler. The one script that we need is run by `installNode`.
 */
function install() {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  if (step('installing dependencies (npm ci)', 'npm', args)) return;
  fail('npm ci did not succeed; its own words are above. The npm registry must be reachable.');
}

/** True if our Node answers with the locked version. */
const runs24 = () => {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return stdout?.trim() === `v${wanted['node_modules/node'].version}`;
};

/** Fetches the Node binary as the package `node` would, had npm run its install script. */
function installNode() {
  step(`fetching Node ${wanted['node_modules/node'].version}`, process.execPath, [script()], {
    cwd: nodePackage,
  });
  if (!existsSync(node)) symlinkSync(join('..', 'node', 'bin', 'node'), node);
  if (runs24()) return;
  fail(
    `${node} must be Node ${wanted['node_modules/node'].version} and is not. ` +
      'Remove the folder node_modules and try again; if this machine has no such build of Node, ' +
      'run Holdfast on Linux or macOS, x64 or arm64.',
  );
}

/** What the package `node` runs before its installation: the command "node <file>". */
function script() {
  const { scripts } = JSON.parse(readFileSync(join(nodePackage, 'package.json'), 'utf8'));
  return scripts.preinstall.replace(/^node /, '');
}

function provision() {
  const { status, error } = spawnSync(node, [join(root, 'cli', 'provision.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // A plant's way to the outside may be a proxy that signs with its own certificate.
    env: { NODE_USE_ENV_PROXY: '1', NODE_USE_SYSTEM_CA: '1', ...process.env },
    timeout: provisionTimeoutMs,
  });
  if (error) fail(`nats-server: ${error.message}`);
  if (status !== 0) process.exit(1);
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(
    `Node ${process.versions.node} is too old; Holdfast needs Node 20 or later to set itself up`,
  );
}
if (!wanted) fail('package-lock.json is missing or damaged; restore it from the repository');
const fresh = !isInstalled();
if (fresh) install();
if (fresh ? !runs24() : !existsSync(node)) installNode();
provision();
