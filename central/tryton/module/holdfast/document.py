# Holdfast's documents in Tryton. Licence: Apache-2.0.
from trytond.exceptions import UserError
from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.modules.product import round_price
from trytond.pool import Pool
from trytond.rpc import RPC
from trytond.transaction import Transaction


def refuse(message, **words):
    raise UserError(gettext('holdfast.' + message, **words))


def count(string):
    return fields.Numeric(string, digits=(16, 6), readonly=True)


class Document(ModelSQL, ModelView):
    """
    One posting of Holdfast: the counts that Tryton has no field for, and what it has moved and
    charged. The database holds that a key is posted once, and a document taken back once.
    """
    __name__ = 'holdfast.document'

    key = fields.Char("Key", required=True, readonly=True)
    kind = fields.Char("Kind", required=True, readonly=True)
    event = fields.Char("Event", readonly=True)
    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True)
    date = fields.Date("Posting Date", required=True, readonly=True)
    production = fields.Many2One('production', "Production", readonly=True)
    work = fields.Many2One('production.work', "Work", readonly=True)
    operation = fields.Char("Operation", readonly=True)
    unit = fields.Char("Unit", readonly=True)
    good = count("Yield")
    scrap = count("Scrap")
    rework = count("Rework")
    setup = fields.TimeDelta("Set-up Time", readonly=True)
    machine = fields.TimeDelta("Machine Time", readonly=True)
    final = fields.Boolean("Final", readonly=True)
    cancels = fields.Many2One(
        'holdfast.document', "Takes Back", readonly=True, ondelete='RESTRICT')
    cancelled_by = fields.One2Many(
        'holdfast.document', 'cancels', "Taken Back by", readonly=True)
    moves = fields.One2Many(
        'stock.move', 'holdfast_document', "Moves", readonly=True)
    cycles = fields.One2Many(
        'production.work.cycle', 'holdfast_document', "Cycles", readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('key_once', Unique(table, table.key), 'holdfast.msg_key_once'),
            ('taken_back_once', Unique(table, table.cancels),
                'holdfast.msg_taken_back_once'),
            ]
        cls._order = [('id', 'DESC')]
        cls.__rpc__['post'] = RPC(readonly=False)

    def get_rec_name(self, name):
        return 'holdfast/%s' % self.id

    @classmethod
    def post(cls, values, moves, cycles, complete):
        """
        Posts one document with its moves and cycles, all in this transaction; gives its id. A key
        that is posted already gives the id of its document, and changes nothing.
        """
        same = cls.search([('key', '=', values['key'])])
        if same:
            return same[0].id
        values = dict(values)
        cancels_key = values.pop('cancels_key', None)
        # Written first: whoever posts the same key waits here, or is refused.
        document, = cls.create([values])
        document._check_ours(cancels_key)
        if document.production and document.production.state != 'running':
            refuse(
                'msg_not_running', production=document.production.rec_name,
                state=document.production.state)
        with Transaction().set_context(holdfast_posting=True):
            document._move(moves)
            document._charge(cycles)
        if complete:
            document._complete()
        return document.id

    def _check_ours(self, key):
        """
        A database restored from a backup gives its numbers anew: the document of that number
        may be another one than was meant.
        """
        if self.cancels and self.cancels.key != key:
            refuse(
                'msg_not_ours', document=self.cancels.rec_name,
                key=self.cancels.key)

    def _move(self, moves):
        Move = Pool().get('stock.move')
        if not moves:
            return
        self._check_period()
        moves = Move.create([{
                    **self._priced(values),
                    'lot': self._lot(values['lot']),
                    'effective_date': self.date,
                    'holdfast_document': self.id,
                    } for values in moves])
        for move in moves:
            self._check_plan(move)
        Move.assign_try([m for m in moves if m.assignation_required])
        moves = Move.search([('holdfast_document', '=', self.id)])
        for move in moves:
            if move.assignation_required and move.state != 'assigned':
                refuse(
                    'msg_stock_short', quantity=move.rec_name,
                    lot=move.lot.rec_name, location=move.from_location.rec_name)
        Move.do(moves)

    def _check_period(self):
        """Without a fiscal year Tryton moves the stock and writes no journal: refused."""
        pool = Pool()
        if hasattr(pool.get('stock.move'), '_get_account_stock_move'):
            Period = pool.get('account.period')
            Period.find(self.company, date=self.date, test_state=False)

    def _priced(self, values):
        """
        What comes out of a production has a price: what it cost when it went in, else the
        product's cost price of now.
        """
        pool = Pool()
        Product = pool.get('product.product')
        Uom = pool.get('product.uom')
        if not values.get('production_output'):
            return values
        product, unit = Product(values['product']), Uom(values['unit'])
        cost = values.get('cost_price')
        if cost is None:
            cost = product.cost_price
        price = Uom.compute_price(product.default_uom, cost, unit)
        return {
            **values,
            'unit_price': round_price(price),
            'currency': self.company.currency.id,
            }

    @classmethod
    def _lot(cls, given):
        """The lot of that number; one that is produced for the first time is created."""
        Lot = Pool().get('stock.lot')
        if isinstance(given, int):
            return given
        domain = [(name, '=', value) for name, value in sorted(given.items())]
        lots = Lot.search(domain, limit=1) or Lot.create([given])
        return lots[0].id

    def _check_plan(self, move):
        """What is planned and open would be booked beside what Holdfast books."""
        if move.origin:
            return
        for name in ['production_input', 'production_output']:
            production = getattr(move, name)
            if production and move.__class__.search([
                        (name, '=', production.id),
                        ('product', '=', move.product.id),
                        ('state', 'in', ['staging', 'draft', 'assigned']),
                        ('holdfast_document', '=', None),
                        ], limit=1):
                refuse(
                    'msg_planned', production=production.rec_name,
                    product=move.product.rec_name)

    def _charge(self, cycles):
        Cycle = Pool().get('production.work.cycle')
        if not cycles:
            return
        cycles = Cycle.create([
                {**values, 'holdfast_document': self.id} for values in cycles])
        Cycle.run(cycles)
        Cycle.do(cycles)

    def _complete(self):
        """Completes the production once the last of its works is finally confirmed."""
        Production = Pool().get('production')
        final = self.search([
                ('production', '=', self.production.id),
                ('final', '=', True),
                ('cancels', '=', None),
                ('cancelled_by', '=', None),
                ])
        if {w.id for w in self.production.works} <= {d.work.id for d in final}:
            Production.done([Production(self.production.id)])
