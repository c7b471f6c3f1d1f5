import type { Row } from './row.ts';
import { around, type Element, said } from './xml.ts';

/** Words of an evaluated criterion, in small letters. */
const results = { pass: 'passed', passed: 'passed', fail: 'failed', failed: 'failed' } as const;
const resultOf = (word: string) => new Map(Object.entries(results)).get(word.toLowerCase());

const inOne = (text: string): string => text.replace(/\s+/g, ' ').trim();
const within = (element: Element, name: string): Element[] =>
  element.children.filter((child) => child.name === name);

/**
 * The line that its scope names: the `EquipmentID` of enterprise, site, area and line, each within
 * the one before, or the path of a line as one of them.
 */
function lineOf(result: Element): string {
  const names: string[] = [];
  for (let [scope] = within(result, 'HierarchyScope'); scope; ) {
    names.push(said(scope, 'EquipmentID') ?? '');
    [scope] = within(scope, 'HierarchyScope');
  }
  return names.filter((name) => name !== '').join('/');
}

/** What was tested: named by itself, or by what it stands in. */
const lotOf = (result: Element): string | undefined =>
  said(result, 'TestableObjectID') ??
  said(around(result, 'MaterialActual'), 'MaterialLotID') ??
  said(around(result, 'MaterialLot'), 'ID');

type Measured = { name: string; value: string; unit?: string };

function measuredOf(measurement: Element): Measured {
  const value = measurement.children.find(({ name }) => name === 'Value');
  const unit = said(value, 'UnitOfMeasure');
  return {
    name: said(measurement, 'TestableObjectPropertyID') ?? said(measurement, 'ID') ?? '',
    value: inOne(said(value, 'ValueString') ?? ''),
    ...(unit === undefined ? {} : { unit }),
  };
}

/**
 * The `inspection` that a `TestResult` asks for. What it judges is the whole of it: of a failed one
 * with several measurements nobody says which is out of its limits, so that they stand in the
 * reason and not as characteristics.
 */
export function inspectionOf(result: Element, by: string, at: number): Row {
  const label = `TestResult ${at}`;
  const broken = (field: string, words: string): Row => ({ broken: `${label}.${field}: ${words}` });
  const inspection = said(result, 'OperationsTestRequirementID') ?? said(result, 'ID');
  if (inspection === undefined) {
    return broken(
      'OperationsTestRequirementID',
      'must name the inspection; or ID, where it is not',
    );
  }
  const line = lineOf(result);
  if (line === '') {
    return broken('HierarchyScope', 'must name enterprise, site, area and line by EquipmentID');
  }
  const word = said(result, 'EvaluatedCriterionResult') ?? '';
  const found = resultOf(word);
  if (found === undefined) {
    const known = Object.keys(results).join(', ');
    const shown = JSON.stringify(word.slice(0, 40));
    return broken('EvaluatedCriterionResult', `${shown} is none of ${known}`);
  }
  const measured = within(result, 'PropertyMeasurement').map(measuredOf);
  const isSplit = found === 'failed' && measured.length > 1;
  const values = measured.map(({ name, value, unit }) => `${name} ${value} ${unit ?? ''}`.trim());
  const words = said(result, 'Description') ?? `test result ${word}`;
  const reason = inOne(isSplit ? `${words}: ${values.join('; ')}` : words);
  const lot = lotOf(result);
  const passed = found === 'passed';
  return {
    ...{ operation: 'inspection', line, inspection, result: found, by },
    reason: [...reason].slice(0, 200).join(''),
    ...(lot === undefined ? {} : { lot }),
    ...(measured.length === 0 || isSplit
      ? {}
      : { characteristics: measured.map((one) => ({ ...one, passed })) }),
  };
}
