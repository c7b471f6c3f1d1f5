# Holdfast's documents in Tryton. Licence: Apache-2.0.
"""What a document has moved and charged says of which document it is."""
from trytond.model import fields
from trytond.pool import PoolMeta
from trytond.transaction import Transaction


def link():
    return fields.Many2One(
        'holdfast.document', "Holdfast Document",
        readonly=True, ondelete='RESTRICT')


def unlinked(default):
    """A copy made by hand is of no document; one that an assignment splits off is of the same."""
    default = {} if default is None else dict(default)
    if not Transaction().context.get('holdfast_posting'):
        default.setdefault('holdfast_document', None)
    return default


class Move(metaclass=PoolMeta):
    __name__ = 'stock.move'
    holdfast_document = link()

    @classmethod
    def copy(cls, moves, default=None):
        return super().copy(moves, default=unlinked(default))


class Cycle(metaclass=PoolMeta):
    __name__ = 'production.work.cycle'
    holdfast_document = link()

    @classmethod
    def copy(cls, cycles, default=None):
        return super().copy(cycles, default=unlinked(default))
