# What Holdfast is handed over of master data and orders. Licence: Apache-2.0.
"""Pages of what was changed, in the order of the change; Holdfast says what it means."""
import datetime as dt

from sql import Select, Union
from sql.aggregate import Max
from sql.conditionals import Coalesce
from sql.functions import CurrentTimestamp
from trytond.model import Model, fields
from trytond.pool import Pool, PoolMeta
from trytond.rpc import RPC
from trytond.transaction import Transaction

# Longest a transaction may take: what it stamps is seen only when it is over.
LONGEST = dt.timedelta(seconds=60)
# Most records of one page, and most rows below one of them: one more is too many.
PAGE = 20
ROWS = 201
# Most characters of a name that people have given.
WORDS = 200


class WorkCenter(metaclass=PoolMeta):
    __name__ = 'production.work.center'
    holdfast_line = fields.Char(
        "Line", help="enterprise/site/area/line, as Holdfast calls it.")


def stamped(table, record):
    return table.select(
        record.as_('record'),
        Coalesce(table.write_date, table.create_date).as_('stamp'))


def below(child, column, parent):
    """What belongs to records, by way of a table between them."""
    join = child.join(parent, condition=column == parent.id)
    return join.select(
        child.id.as_('record'),
        Coalesce(parent.write_date, parent.create_date).as_('stamp'))


def when(value):
    return dt.datetime.fromisoformat(str(value)).replace(tzinfo=None)


def text(moment):
    return moment.isoformat(' ', 'microseconds')


def words(value):
    return value[:WORDS] if value else value


def unit(uom):
    return [uom.name, uom.symbol]


class Master(Model):
    """Master data and orders, as Holdfast reads them."""
    __name__ = 'holdfast.master'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        # Versions are numbered while they are read.
        cls.__rpc__['changed'] = RPC(readonly=False)

    @classmethod
    def changed(cls, stream, since, after):
        """
        Records of a stream that were changed at `since` and have a greater id than `after`, or
        were changed later; `next` is the last one's, `quiet` when what is older cannot change.
        """
        model, sources, read = cls._streams()[stream]
        cursor = Transaction().connection.cursor()
        cursor.execute(*Select([CurrentTimestamp()]))
        quiet = when(cursor.fetchone()[0]) - LONGEST
        union = Union(*sources, all_=True)
        latest, since = Max(union.stamp), when(since)
        cursor.execute(*union.select(
                union.record, latest,
                group_by=[union.record],
                having=(latest > since) | (
                    (latest == since) & (union.record > after)),
                order_by=[latest, union.record],
                limit=PAGE))
        found = cursor.fetchall()
        ids = [record for record, _ in found]
        with Transaction().set_context(active_test=False):
            records = {r.id: r for r in Pool().get(model).search([('id', 'in', ids)])}
            rows = [row for id_ in ids if id_ in records for row in read(records[id_])]
        if stream != 'orders':
            cls._number(stream, rows)
        last = found[-1] if found else None
        return {
            'rows': rows,
            'next': [text(when(last[1])), last[0]] if last else None,
            'more': len(found) == PAGE,
            'quiet': text(quiet),
            }

    @classmethod
    def _number(cls, stream, rows):
        with Transaction().set_context(_check_access=False):
            Pool().get('holdfast.version').give(stream, rows)

    @classmethod
    def _streams(cls):
        pool = Pool()

        def table(name):
            return pool.get(name).__table__()

        product, template = table('product.product'), table('product.template')
        center = table('production.work.center')
        bom, link = table('production.bom'), table('product.product-production.bom')
        inputs, outputs = table('production.bom.input'), table('production.bom.output')
        routing, step = table('production.routing'), table('production.routing.step')
        operation = table('production.routing.operation')
        mapped = table('production.routing-production.bom')
        production, work = table('production'), table('production.work')
        steps = step.join(operation, condition=step.operation == operation.id).select(
            step.routing.as_('record'),
            Coalesce(operation.write_date, operation.create_date).as_('stamp'))
        return {
            'items': ('product.product', [
                    stamped(product, product.id),
                    below(product, product.template, template)], cls._item),
            'workCenters': ('production.work.center', [
                    stamped(center, center.id)], cls._center),
            'boms': ('production.bom', [
                    stamped(bom, bom.id), stamped(inputs, inputs.bom),
                    stamped(outputs, outputs.bom), stamped(link, link.bom)], cls._boms),
            'routings': ('production.routing', [
                    stamped(routing, routing.id), stamped(step, step.routing), steps,
                    stamped(mapped, mapped.routing),
                    stamped(link, link.routing)], cls._routings),
            'orders': ('production', [
                    stamped(production, production.id),
                    stamped(work, work.production)], cls._order),
            }

    @classmethod
    def _item(cls, product):
        if product.type == 'service':
            return []
        return [{
                'record': product.code, 'name': words(product.name),
                'unit': unit(product.default_uom),
                'active': bool(product.active and product.template.active),
                }]

    @classmethod
    def _center(cls, center):
        if not center.holdfast_line:
            return []
        return [{
                'record': words(center.name), 'line': words(center.holdfast_line),
                'warehouse': center.warehouse.code, 'active': bool(center.active),
                }]

    @classmethod
    def _boms(cls, bom):
        products = {o.product for o in bom.outputs}
        main = {p for p in products if any(b.bom == bom for b in p.boms)}
        return [
            row for product in sorted(main or products, key=lambda p: p.id)
            for row in cls._bom(bom, product)]

    @classmethod
    def _bom(cls, bom, product):
        output = next((o for o in bom.outputs if o.product == product), None)
        if output is None:
            return []
        return [{
                'record': 'B%s/%s' % (bom.id, product.code), 'name': words(bom.name),
                'product': product.code, 'active': bool(bom.active),
                'quantity': output.quantity, 'unit': unit(output.unit),
                'inputs': [{
                        'product': i.product.code, 'quantity': i.quantity,
                        'unit': unit(i.unit)} for i in bom.inputs[:ROWS]],
                }]

    @classmethod
    def _routings(cls, routing):
        Link = Pool().get('product.product-production.bom')
        products = {link.product for link in Link.search([('routing', '=', routing.id)])}
        if not products:
            products = {o.product for bom in routing.boms for o in bom.outputs}
        return [
            cls._routing(routing, product)
            for product in sorted(products, key=lambda p: p.id)]

    @classmethod
    def _routing(cls, routing, product):
        return {
            'record': 'R%s/%s' % (routing.id, product.code), 'name': words(routing.name),
            'product': product.code, 'active': bool(routing.active),
            'steps': [{
                    'operation': words(s.operation.name),
                    'center': cls._center_of(s.operation.work_center_category),
                    } for s in routing.steps[:ROWS]],
            }

    @classmethod
    def _center_of(cls, category):
        """The only work centre of a category, or else the category; none for none."""
        if not category:
            return None
        Center = Pool().get('production.work.center')
        centers = Center.search([('category', '=', category.id)], limit=2)
        return words((centers[0] if len(centers) == 1 else category).name)

    @classmethod
    def _order(cls, production):
        if production.state in {'request', 'draft'} or not production.product:
            return []
        if production.state in {'cancelled', 'done'} and not production.works:
            return []  # it never went down
        product, made = production.product, {'items': cls._item(production.product)}
        if production.bom:
            made['boms'] = cls._bom(production.bom, product)
        if production.routing:
            made['routings'] = [cls._routing(production.routing, product)]
        for stream, rows in made.items():
            cls._number(stream, rows)
        return [{
                'record': production.reference or production.number,
                'state': production.state, 'product': product.code,
                'quantity': production.quantity, 'unit': unit(production.unit),
                'warehouse': production.warehouse.code,
                'works': [{
                        'operation': words(w.operation.name),
                        'center': words(w.work_center.name) if w.work_center else None,
                        } for w in production.works[:ROWS]],
                'made': made,
                }]
