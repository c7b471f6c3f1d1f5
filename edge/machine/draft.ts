/** A variable that a server has, as it is offered for a mapping. */
export type Offered = Readonly<{
  names: readonly Readonly<{ uri: string; name: string }>[];
  id: string;
  uri: string;
  type: string;
  shows: string;
  isWhole: boolean;
}>;
type Endpoint = Readonly<{
  url: string;
  mode: string;
  policy: string;
  certificate?: string | undefined;
}>;

const countWord = /count|good|total|piece|produced|part|stueck|zaehler|anzahl|qty/i;
const scrapWord = /scrap|reject|defect|bad|nok|ausschuss/i;
const consumedWord = /consum|verbrauch|used/i;
const jobWord = /job|order|auftrag/i;
const alarmWord = /Admin\.Alarm\[0\]\.ID$|Admin\.Alarm$/;
const stateWord = /state|status|zustand/i;
/** Most variables that are listed for a person to choose from. */
const listedMax = 400;
const base = 'http://opcfoundation.org/UA/';

/** A text as YAML keeps it, whatever is in it: every JSON text is one. */
const quoted = (text: string): string => JSON.stringify(text);

/** True for a variable that a mapping can name. */
const isSayable = ({ uri, id }: Offered): boolean =>
  !/\p{C}/u.test(`${uri}${id}`) && uri.length <= 500 && id.length <= 350;

/** What a comment may hold. */
const oneLine = (text: string): string => text.replace(/[\s\p{C}]+/gu, ' ');

/**
 * A first mapping for a server, to be edited: it is guessed from names, and says so. What counts
 * is for a person to decide; every variable is listed below it, with what it showed.
 */
export function draftOf(endpoint: Endpoint, line: string, offered: readonly Offered[]): string {
  const variables = offered.filter(isSayable);
  const own = [...new Set(variables.map(({ uri }) => uri))].filter(
    (uri) => uri !== base && uri !== '',
  );
  const aliases = new Map(own.map((uri, index) => [uri, index === 0 ? 'm' : `m${index + 1}`]));
  const at = ({ uri, id }: Offered) => quoted(`${aliases.get(uri) ?? 'ua'};${id}`);
  const shown = variables.filter(({ uri }) => aliases.has(uri));
  const whole = shown.filter(({ isWhole }) => isWhole);
  const scrap = whole.find(({ id }) => scrapWord.test(id));
  const used = whole.find((one) => one !== scrap && consumedWord.test(one.id));
  const good = whole.find((one) => one !== scrap && one !== used && countWord.test(one.id));
  const state = whole.find(({ id }) => stateWord.test(id));
  const { url, mode, policy, certificate } = endpoint;
  const trust = certificate === undefined ? [] : [`  serverCertificate: ${certificate}`];
  const counters = [
    ...(good ? [`      good: { at: ${at(good)}, counts: good, maxPerSec: 10 }`] : []),
    ...(scrap ? [`      scrap: { at: ${at(scrap)}, counts: scrap, maxPerSec: 10 }`] : []),
  ];
  const { material, rest } = hintsOf(shown, used, at);
  const states = state
    ? [
        `    state: # which value is which state of PackML?`,
        `      at: ${at(state)}`,
        `      map: { ${quoted(state.shows)}: execute }`,
      ]
    : ['    # state: { at: …, map: { "1": execute, "2": stopped } }'];
  return [
    '# A first mapping, guessed from names. Check every line: which counter counts what, how fast',
    '# the machine can be (more is not believed), which state is which. See docs/opcua.md.',
    'version: 1',
    `line: ${quoted(line)}`,
    'endpoint:',
    `  url: ${quoted(url)}`,
    ...[`  mode: ${mode}`, `  policy: ${policy}`, ...trust],
    '  # user: edge',
    '  # passwordPath: /etc/holdfast/password',
    own.length === 0 ? 'namespaces: {}' : 'namespaces:',
    ...[...aliases].map(([uri, alias]) => `  ${alias}: ${quoted(uri)}`),
    'units:',
    '  machine:',
    '    profile: generic',
    counters.length === 0 ? '    # counters: none was found by its name' : '    counters:',
    ...counters,
    ...material,
    ...states,
    ...rest,
    '',
    `# ${shown.length} variables of this server, with what they showed:`,
    ...shown.slice(0, listedMax).map((one) => `#   ${at(one)}  ${one.type}  ${oneLine(one.shows)}`),
    ...(shown.length > listedMax ? [`#   and ${shown.length - listedMax} more`] : []),
    '',
  ].join('\n');
}

/** What may be there as well, and needs a person's word before it can be a mapping. */
function hintsOf(
  shown: readonly Offered[],
  used: Offered | undefined,
  at: (one: Offered) => string,
): Readonly<{ material: string[]; rest: string[] }> {
  const job = shown.find(({ id, type }) => jobWord.test(id) && /^(String|U?Int)/.test(type));
  const hasAlarms = shown.some(({ id }) => alarmWord.test(id));
  const material = used && [
    '      # used: # of which material and lot, in which unit?',
    `      #   { at: ${at(used)}, counts: consumed, material: …, unit: …, maxPerSec: 10 }`,
  ];
  return {
    material: material ?? [],
    rest: [
      ...(job
        ? [`    # job: { at: ${at(job)} } # does it show an order, or order/operation?`]
        : []),
      hasAlarms
        ? '    # alarms: { entries: 4 } # needs a PackML profile and its root'
        : '    # events: { server: { at: "ua;i=2253", severity: 500 } } # if it tells any',
    ],
  };
}
