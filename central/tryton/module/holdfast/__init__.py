# Holdfast's documents in Tryton. Licence: Apache-2.0.
from trytond.pool import Pool

from . import document, links, masters, versions


def register():
    Pool.register(
        document.Document,
        links.Move,
        links.Cycle,
        masters.WorkCenter,
        masters.Master,
        versions.Version,
        module='holdfast', type_='model')
