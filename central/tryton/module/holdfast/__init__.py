# Holdfast's documents in Tryton. Licence: Apache-2.0.
from trytond.pool import Pool

from . import document, links


def register():
    Pool.register(
        document.Document,
        links.Move,
        links.Cycle,
        module='holdfast', type_='model')
