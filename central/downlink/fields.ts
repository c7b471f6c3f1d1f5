import { type Field, fallback, id, integer, invalid, list, record } from '../../shared/field.ts';
import { site } from '../desk/approvals.ts';

/** "enterprise/site": change sets are numbered for each. */
export const plantSite: Field<string> = {
  doc: 'enterprise/site, e.g. acme/lyon.',
  read(value, name) {
    const given = site.read(value, name);
    if (given.split('/').length === 2) return given;
    throw invalid(name, 'must be enterprise/site, e.g. acme/lyon');
  },
};

export const downlinkFields = {
  sites: fallback(
    list(
      record('A plant of the ERP, and its site.', { plant: id('Plant.', 10), site: plantSite }),
      500,
    ),
    [],
  ),
  everySeconds: fallback(integer('The ERP is asked so often for what was changed.', 1, 86_400), 60),
  secondPerson: fallback(
    list({ ...plantSite, doc: 'Sites whose change sets another person approves.' }, 500),
    [],
  ),
};
