import type { Ledger } from '../ledger/ledger.ts';
import { type Modes, modeBy } from './modes.ts';
import { phaseOf, rulesOfPhases, ruleTable } from './ruletable.ts';

/** Enterprise and site of a line. */
const siteOf = (line: string): string => line.split('/').slice(0, 2).join('/');

/** The rules in words, what the configuration has said of them, and what they do at each site. */
export function readRules(ledger: Ledger, modes: Modes) {
  const switches = modes.current()?.switches ?? [];
  const lines = ledger.lines().map(({ path }) => path);
  const sites = [...new Set(lines.map(siteOf))].sort();
  return {
    rules: rulesOfPhases.map((rule) => ({ rule, phase: phaseOf(rule), ...ruleTable[rule] })),
    editions: modes.editions(),
    sites: sites.map((site) => ({
      site,
      modes: Object.fromEntries(rulesOfPhases.map((rule) => [rule, modeBy(switches, rule, site)])),
    })),
  };
}
