# What Holdfast is handed over of master data. Licence: Apache-2.0.
"""Tryton keeps no versions of its master data: here they are numbered."""
import hashlib
import json

from trytond.model import ModelSQL, Unique, fields


class Version(ModelSQL):
    """How often what a record says has changed, as far as Holdfast was told."""
    __name__ = 'holdfast.version'

    stream = fields.Char("Stream", required=True, readonly=True)
    record = fields.Char("Record", required=True, readonly=True)
    number = fields.Integer("Number", required=True, readonly=True)
    digest = fields.Char("Digest", required=True, readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('record_once', Unique(table, table.stream, table.record),
                'holdfast.msg_version_once'),
            ]

    @classmethod
    def give(cls, stream, rows):
        """Numbers the rows: another number wherever a row says something else than before."""
        rows = {row['record']: row for row in rows if row['record']}
        known = {v.record: v for v in cls.search([
                    ('stream', '=', stream), ('record', 'in', list(rows))])}
        for record, row in rows.items():
            text = json.dumps(row, sort_keys=True)
            digest = hashlib.sha256(text.encode()).hexdigest()
            version = known.get(record)
            if version is None:
                version, = cls.create([{
                            'stream': stream, 'record': record,
                            'number': 1, 'digest': digest}])
            elif version.digest != digest:
                cls.write([version], {
                        'number': version.number + 1, 'digest': digest})
            row['version'] = version.number
